package docker

decide := "yes" if {
	input.image.repo == "alpine"
} else := "maybe" if {
	input.image.hasProvenance
} else := "no"

decision := {"allow": decide == "yes"}
