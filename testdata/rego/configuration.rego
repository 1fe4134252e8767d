package docker

default allow := false

allow if input.local

allow if {
	input.image.repo == "golang"
	input.image.workingDir == "/go"
	some variable in input.image.env
	startswith(variable, "GOLANG_VERSION=")
}

allow if {
	input.image.labels["org.opencontainers.image.vendor"] == "Acme"
	input.image.host == "ghcr.io"
}

decision := {"allow": allow}
