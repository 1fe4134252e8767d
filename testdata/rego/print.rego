package docker

default allow := false

allow if {
	print("looking at", input.image.ref, input.image.labels)
	input.image.repo == "alpine"
}

allow if input.local

decision := {"allow": allow}
