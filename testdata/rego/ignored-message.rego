package docker

default allow := true

deny_msg contains "no ubuntu" if input.image.repo == "ubuntu"

decision := {"allow": allow, "deny_msg": deny_msg}
