package docker

default allow := false

allow if http.send({"method": "get", "url": "https://acme.example"}).status_code == 200

decision := {"allow": allow}
