package docker

default allow := false

allow if input.local

allow if input.image.isCanonical

deny_msg contains msg if {
	input.image
	not allow
	msg := sprintf("%s has no digest", [input.image.ref])
}

decision := {"allow": allow, "deny_msg": deny_msg}
