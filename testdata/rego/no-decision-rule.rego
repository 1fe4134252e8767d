package docker

default allow := false

allow if input.local
