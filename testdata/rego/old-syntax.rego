package docker

allow {
	input.local
}

decision = {"allow": allow}
