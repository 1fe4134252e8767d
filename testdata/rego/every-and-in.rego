package docker

default allow := false

allow if {
	every part in split(input.image.tag, ".") {
		regex.match(`^\d+$`, part)
	}
	input.image.tag
}

allow if input.local

decision := {"allow": allow}
