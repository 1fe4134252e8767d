package docker

deny_msg contains "ubuntu is too large" if input.image.repo == "ubuntu"

deny_msg contains "use https" if input.http.schema == "http"

deny_msg contains msg if {
	startswith(input.git.remote, "git@")
	msg := sprintf("clone %s over https", [input.git.host])
}

decision := {
	"allow": count(deny_msg) == 0,
	"deny_msg": deny_msg,
}
