package docker

allow if input.image.repo == "alpine"

allow if input.local

decision := {"allow": allow}
