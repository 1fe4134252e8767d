package docker

denials contains msg if {
	input.image.tag == "latest"
	msg := "latest is no version"
}

denials contains msg if {
	input.image
	not input.image.isCanonical
	input.image.host != "docker.io"
	msg := sprintf("pin %s", [input.image.ref])
}

decision := {
	"allow": count(denials) == 0,
	"deny_msg": [msg | some msg in denials],
}
