package docker

f(x) := g(x)

g(x) := f(x) if x > 1

default allow := false

allow if f(input.image.repo) == "alpine"

decision := {"allow": allow}
