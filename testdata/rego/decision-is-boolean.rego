package docker

decision := true
