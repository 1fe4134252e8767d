package docker

default allow := false

allow if input.env.args.CHANNEL == "dev"

allow if {
	input.env.args.CHANNEL == "release"
	input.image.isCanonical
}

allow if input.local

decision := {"allow": allow}
