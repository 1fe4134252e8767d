package docker

default allow := false

allow if is_ours with input as {"image": {"repo": "alpine"}}

is_ours if input.image.repo == "alpine"

decision := {"allow": allow}
