package docker

default allow := false

allow if input.local

allow if input.image

repositories := {"https://github.com/acme/library.git": ["v1.2.0", "v1.3.0"]}

allow if {
	some remote, tags in repositories
	input.git.remote == remote
	input.git.tagName in tags
}

allow if input.http.url == "https://files.acme.example/tool-1.0.tar.gz?arch=amd64&os=linux"

decision := {"allow": allow}
