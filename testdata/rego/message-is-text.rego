package docker

default allow := false

allow if input.image.repo == "alpine"

allow if input.local

decision := {"allow": allow, "deny_msg": "only alpine"}
