#!/usr/bin/env bash
# build-load-delete CLUSTER: what the story's users wrote when the disk was full. Each image is built,
# loaded and deleted together with all cache before the next one's turn. The base of three is built
# once and its tag kept until they are done.
set -euo pipefail
cluster=$1

build() { docker build --tag "acme/$1:dev" "$1"; }
delete() {
  docker rmi "acme/$1:dev"
  docker buildx prune -f
}
load() { kind load docker-image "acme/$1:dev" --name "$cluster"; }

for service in api datagen e2e; do
  build "$service"
  load "$service"
  delete "$service"
done

build base-ml
for service in preprocessing training serving; do
  build "$service"
  load "$service"
  delete "$service"
done
delete base-ml
