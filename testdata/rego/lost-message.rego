package docker

default allow := false

allow if input.local

deny_msg contains "images are not allowed" if input.image

decision := {"allow": allow}
