package policy

decision := {"allow": true}
