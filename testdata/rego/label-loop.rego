package docker

required := {"com.acme.owner", "com.acme.tier"}

missing contains label if {
	some label in required
	not input.image.labels[label]
}

default allow := false

allow if not input.image

allow if {
	input.image.host != "ghcr.io"
}

allow if count(missing) == 0

deny_msg contains msg if {
	not allow
	some label in missing
	msg := sprintf("no label %s", [label])
}

decision := {"allow": allow, "deny_msg": deny_msg}
