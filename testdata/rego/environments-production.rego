package docker

default allow := false

allow if input.local

is_production if input.env.target == "production"

is_development if input.env.target == "development"

allow if {
	is_production
	input.image.isCanonical
	input.image.hasProvenance
}

allow if {
	is_development
	input.image
}

allow if {
	not is_production
	not is_development
	input.image.isCanonical
}

decision := {"allow": allow}
