package docker

default allow := false

allow if input.local

allow if {
	input.image
	input.image.hasProvenance
	some signature in input.image.signatures
	is_valid(signature)
}

is_valid(signature) if {
	signature.signer.certificateIssuer == "CN=sigstore-intermediate,O=sigstore.dev"
	startswith(signature.signer.sourceRepositoryURI, "https://github.com/acme/")
	count(signature.timestamps) > 0
}

decision := {"allow": allow}
