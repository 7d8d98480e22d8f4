# The six images and their base, as examples/ml-platform has them.
group "default" {
  targets = ["api", "datagen", "e2e", "preprocessing", "training", "serving"]
}

# Nobody asks for this one: it is built once because others build upon it.
target "base-ml" {
  context = "base-ml"
  tags    = ["acme/base-ml:dev"]
}

target "service" {
  matrix  = { name = ["api", "datagen", "e2e"] }
  name    = name
  context = name
  tags    = ["acme/${name}:dev"]
}

target "service-upon-base" {
  matrix   = { name = ["preprocessing", "training", "serving"] }
  name     = name
  context  = name
  contexts = { "acme/base-ml:dev" = "target:base-ml" }
  tags     = ["acme/${name}:dev"]
}
