package docker

default allow := false

allow if not input.image

allow if {
	input.image.host == "ghcr.io"
	docker_github_builder(input.image, "acme/app")
}

allow if {
	input.image.host == "docker.io"
	not input.image.repo in ["ubuntu"]
}

decision := {"allow": allow}
