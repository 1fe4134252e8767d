package docker

default allow := false

allow if not input.git

allow if {
	input.git.isCommitRef
	input.git.subDir == "sub"
}

allow if {
	input.git.schema == "https"
	input.git.tagName == "v1.2.0"
	input.git.ref == "refs/tags/v1.2.0"
}

deny_msg contains msg if {
	not allow
	msg := sprintf("%s at %s", [input.git.host, input.git.remote])
}

decision := {"allow": allow, "deny_msg": deny_msg}
