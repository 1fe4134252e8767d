package docker

default allow := false

allow if not input.image

allow if {
	input.image
	not input.image.checksum in ["sha256:1111111111111111111111111111111111111111111111111111111111111111"]
}

decision := {"allow": allow}
