package docker

default allow := false

allow if input.local

allow if {
	image := input.image
	image.host == "docker.io"
	not image.tag == "latest"
}

decision := {"allow": allow}
