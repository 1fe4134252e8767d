package docker

default allow := false

allow if not input.image

allow if input.image.repo == "alpine"

deny_msg contains msg if {
	not allow
	msg := sprintf("%s is not ours", [input.image.fullRepo])
}

decision := {"allow": allow, "deny_msg": deny_msg}
