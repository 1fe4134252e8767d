package docker

default allow := false

allow if {
	input.image.repo == wanted
}

decision := {"allow": allow}
