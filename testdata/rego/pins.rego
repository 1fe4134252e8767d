package docker

default allow := false

allow if not input.image

allow if {
	input.image.repo == "alpine"
	pin_image(input.image, "sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412")
}

decision := {"allow": allow}
