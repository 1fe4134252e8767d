package docker

default allow := false

allow if not input.http

allow if {
	input.http.schema == "https"
	input.http.checksum == "sha256:4444444444444444444444444444444444444444444444444444444444444444"
}

decision := {"allow": allow}
