package docker

level := 1 if input.image

level := 2 if input.image.repo == "alpine"

decision := {"allow": level == 1}
