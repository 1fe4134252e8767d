package docker

default allow := false

allow if is_ours(input.image)

allow if input.local

is_ours(image) if image.host == "ghcr.io"

is_ours(image) if {
	image.host == "registry.acme.example:5000"
	image.user != "root"
}

decision := {"allow": allow}
