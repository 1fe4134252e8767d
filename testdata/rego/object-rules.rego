package docker

verdicts["alpine"] := true

verdicts["node"] := false

default allow := false

allow if verdicts[input.image.repo]

allow if not input.image

deny_msg := [sprintf("%s: no", [input.image.repo])] if not allow

decision := {"allow": allow, "deny_msg": deny_msg} if not allow

decision := {"allow": true} if allow
