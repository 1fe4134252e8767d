package docker

deny contains msg if {
	input.image.host == "ghcr.io"
	not input.image.labels["com.acme.approved"]
	msg := "not approved"
}

deny contains "ubuntu" if input.image.repo == "ubuntu"

default allow := false

allow if count(deny) == 0

decision := {"allow": allow, "deny_msg": deny}
