# Four services of a team, and two more that share the heavy base of one of them. Bake reads its paths
# from where it is started: from this folder, or from the top of a repository that looks like it.

variable "TAG" {
  default = "dev"
}

# Must have git, curl and a shell.
variable "BASE" {
  default = "buildpack-deps:bookworm-scm"
}

variable "GIT_SERVER" {
  default = "https://github.com"
}

variable "GIT_OWNER" {
  default = "acme"
}

# Such as host, where the git server is this machine.
variable "NETWORK" {
  default = "default"
}

# Stands in for a real base: a framework, its wheels, CUDA.
variable "BASE_ML_MB" {
  default = "0"
}

# Another number makes another api, and nothing else.
variable "API_RELEASE" {
  default = "1"
}

group "default" {
  targets = ["api", "datagen", "preprocessing", "training", "serving", "e2e"]
}

target "_service" {
  args = {
    BASE = BASE
  }
}

# No job selects this one: Bake builds it once, because others build upon it.
target "base-ml" {
  inherits = ["_service"]
  context = "base-ml"
  tags = ["acme/base-ml:${TAG}"]
  args = {
    WEIGHT_MB = BASE_ML_MB
  }
}

target "api" {
  inherits = ["_service"]
  context = "api"
  tags = ["acme/api:${TAG}"]
  args = {
    RELEASE = API_RELEASE
  }
}

target "datagen" {
  inherits = ["_service"]
  context = "datagen"
  tags = ["acme/datagen:${TAG}"]
}

# The one with private dependencies, upon the heavy base.
target "preprocessing" {
  context = "preprocessing"
  contexts = {
    base-ml = "target:base-ml"
  }
  tags = ["acme/preprocessing:${TAG}"]
  network = NETWORK
  args = {
    GIT_SERVER = GIT_SERVER
    GIT_OWNER = GIT_OWNER
  }
}

# These two name the base by its tag, as they would if a registry had it. Slipway sees that a target
# makes that tag, and has the one wait for the other.
target "training" {
  context = "training"
  tags = ["acme/training:${TAG}"]
  args = {
    TAG = TAG
  }
}

target "serving" {
  context = "serving"
  tags = ["acme/serving:${TAG}"]
  args = {
    TAG = TAG
  }
}

target "e2e" {
  inherits = ["_service"]
  context = "e2e"
  tags = ["acme/e2e:${TAG}"]
}
