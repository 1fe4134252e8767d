variable "GO" {
  default = "1.24"
}
variable "REVISION" {}

group "default" {
  targets = ["app", "app-test"]
}

target "_common" {
  context    = "./app"
  dockerfile = "build.dockerfile"
  args = {
    GO       = GO
    REVISION = REVISION
  }
}

target "app" {
  inherits = ["_common"]
  contexts = {
    assets = "./assets"
  }
}

target "app-test" {
  inherits = ["app"]
  target   = "test"
}
