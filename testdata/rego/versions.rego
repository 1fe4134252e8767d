package docker

default allow := false

allow if input.local

allow if {
	input.image.repo in ["golang", "node"]
	semver.is_valid(input.image.tag)
	semver.compare(input.image.tag, "1.21.0") >= 0
	semver.compare(input.image.tag, "20.0.0") < 0
}

decision := {"allow": allow}
