package docker

decision := {"allow": "yes"}
