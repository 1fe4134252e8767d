package docker

default allow := false

allow if input.local

registries := ["docker.io", "registry.acme.example:5000"]

allow if {
	some registry in registries
	input.image.host == registry
}

allow if {
	input.image.host == "docker.io"
	startswith(input.image.repo, "acme/dhi-")
}

deny_msg contains msg if {
	input.image
	not allow
	msg := sprintf("%s is no registry of ours", [input.image.host])
}

decision := {"allow": allow, "deny_msg": deny_msg}
