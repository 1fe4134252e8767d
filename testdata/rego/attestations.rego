package docker

default allow := false

allow if input.local

ours := ["acme/dhi-node", "ghcr.io/acme/app"]

allow if {
	some repo in ours
	input.image.repo == repo
	input.image.hasProvenance
	some signature in input.image.signatures
	built_by_us(signature, repo)
}

built_by_us(signature, repo) if {
	signature.signer.issuer == "https://token.actions.githubusercontent.com"
	startswith(signature.signer.buildSignerURI, sprintf("https://github.com/%s/", [repo]))
	signature.signer.runnerEnvironment == "github-hosted"
}

allow if {
	input.image.host == "dhi.io"
	input.image.isCanonical
	input.image.hasProvenance
}

allow if {
	input.image.repo == "alpine"
	input.image.isCanonical
}

decision := {"allow": allow}
