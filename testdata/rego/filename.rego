package docker

default allow := false

allow if input.env.filename == "Dockerfile"

decision := {"allow": allow}
