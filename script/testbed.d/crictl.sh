# crictl for the nodes, compiled once: Debian has Go and the CRI's definition, but
# no cri-tools.

crictl_source=$lib/node/crictl
# Always of this suite: Go 1.24 or newer speaks HTTP/2 without TLS by itself.
crictl_suite=forky

# Only Debian's registry has the suite; elsewhere the node does without.
can_build_crictl() { is_debian; }

crictl_hash() { recipe_hash "$crictl_suite" "$crictl_source"/*.go "$(declare -f build_crictl)"; }

provide_crictl() {
  can_build_crictl || return 0
  fresh "$images/crictl" "$(crictl_hash)" && return
  step 'compiling crictl' quiet "$logs/crictl.log" build_crictl
  stamp "$images/crictl" "$(crictl_hash)"
}

build_crictl() {
  local work go
  work=$(mktemp -d "$root/crictl.XXXXXX")
  package_lists "$crictl_suite" || return
  go=$(private_apt "$crictl_suite" apt-cache depends golang-go | awk '$2 ~ /^golang-[0-9.]+-go$/ { print $2; exit }')
  unpack "$crictl_suite" "$work" "$go" "${go%-go}-src" golang-k8s-cri-api-dev || return
  cp "$crictl_source"/*.go "$work"
  cp "$work/usr/share/gocode/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto" "$work" || return
  printf 'module crictl\n\ngo 1.24\n' >"$work/go.mod"
  go=${go#golang-}
  (
    cd "$work"
    env GOROOT="$work/usr/lib/go-${go%-go}" GOCACHE="$work/cache" GOPATH="$work/path" GOENV=off \
      GOFLAGS= GOWORK=off GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0 \
      "$work/usr/lib/go-${go%-go}/bin/go" build -trimpath -ldflags '-s -w' -o "$images/crictl" .
  ) || return
  rm -rf "$work"
}
