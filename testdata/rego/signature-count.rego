package docker

default allow := false

allow if count(input.image.signatures) > 0

allow if input.image.repo == "alpine"

allow if input.local

decision := {"allow": allow}
