package docker

default allow := false

allow if input.local

images := {
	"alpine": "sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412",
	"golang": "sha256:3333333333333333333333333333333333333333333333333333333333333333",
}

allow if {
	input.image.host == "docker.io"
	some repo, digest in images
	input.image.repo == repo
	input.image.checksum == digest
}

repositories := {"https://github.com/acme/library.git": {
	"tag": "v1.2.0",
	"commit": "0123456789abcdef0123456789abcdef01234567",
}}

allow if {
	some remote, version in repositories
	input.git.remote == remote
	input.git.tagName == version.tag
	input.git.commitChecksum == version.commit
}

downloads := {"https://files.acme.example/tool-1.0.tar.gz?arch=amd64&os=linux": "sha256:4444444444444444444444444444444444444444444444444444444444444444"}

allow if {
	some url, checksum in downloads
	input.http.url == url
	input.http.checksum == checksum
}

decision := {"allow": allow}
