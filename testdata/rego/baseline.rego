package docker

default allow := false

allow if input.local

allow if input.git

hosts := {"docker.io", "ghcr.io", "dhi.io"}

allow if input.image.host in hosts

allow if input.http.schema == "https"

decision := {"allow": allow}
