package docker

default allow := false

allow if input.local

allow if {
	input.image.os == "linux"
	input.image.arch in ["amd64", "arm64"]
}

decision := {"allow": allow}
