package docker

default allow := false

allow if input.local

internal := "registry.acme.example:5000"

allow if input.image.host == internal

allow if {
	input.image.host != internal
	input.image.host != ""
	input.image.isCanonical
	input.image.hasProvenance
}

allow if {
	input.image.host == "docker.io"
	input.image.repo in ["alpine", "golang", "node"]
	input.image.isCanonical
}

allow if {
	input.image.host == "dhi.io"
	input.image.isCanonical
}

decision := {"allow": allow}
