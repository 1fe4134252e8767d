package docker

default allow := false

allow if input.local

allow if input.image

is_library if input.git.remote == "https://github.com/acme/library.git"

is_release if {
	is_library
	regex.match(`^v[0-9]+\.[0-9]+\.[0-9]+$`, input.git.tagName)
}

allow if {
	is_release
	verify_git_signature(input.git.tag, "maintainers.asc")
}

allow if {
	is_library
	not is_release
}

decision := {"allow": allow}
