package docker

parts := split(input.image.fullRepo, "/")

depth := count(parts)

letters := {c | some c in split(input.image.repo, "")}

default allow := false

allow if {
	depth == 3
	"a" in letters
	not "/" in letters
}

allow if input.local

decision := {"allow": allow}
