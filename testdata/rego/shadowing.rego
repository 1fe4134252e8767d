package docker

default allow := false

tag(image) := tag if {
	some tag in [image.tag]
}

verdict.local if input.local

verdict.image if verdict_of(input.image)

verdict_of(image) if tag(image) == "3.22"

allow if verdict.local

allow if verdict.image

decision := {"allow": allow}
