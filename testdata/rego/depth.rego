package docker

default allow := false

allow if {
	input.env.depth == 0
	input.image.repo == "alpine"
}

allow if not input.image

decision := {"allow": allow}
