package docker

a if b

b if a

decision := {"allow": a}
