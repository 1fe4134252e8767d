package docker

default allow := false

allow if {
	input.http.host == "files.acme.example"
	input.http.query.arch[0] == "amd64"
	endswith(input.http.path, ".tar.gz")
}

allow if not input.http

decision := {"allow": allow}
