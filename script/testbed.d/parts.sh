# The programs: engine, client, buildx, containerd, kind and some more.

# tini-static is in a package of its own, or in tini before that was split.
# busybox and tini make the sandbox image; crane and docker-registry serve tests.
engine_packages=(docker.io docker-cli docker-buildx containerd kind 'crane?' 'docker-registry?' 'tini-static?' tini busybox-static)
host_packages=(kind 'crane?' 'tini-static?' tini busybox-static)

parts_hash() { recipe_hash "$suite" "$(parts_list)" "$(declare -f unpack)"; }

parts_list() {
  if [[ $engine == host ]]; then echo "${host_packages[*]}"; else echo "${engine_packages[*]}"; fi
}

unpack_parts() {
  local list
  read -ra list <<<"$(parts_list)"
  # Into a new folder: programs that run keep the files they were started from.
  rm -rf "$parts.new"
  mkdir -p "$parts.new"
  quiet "$logs/parts-$suite.log" unpack "$suite" "$parts.new" "${list[@]}" || return
  rm -rf "$parts"
  mv "$parts.new" "$parts"
  stamp "$parts" "$(parts_hash)"
}

# From the machine's own suite: runc of a newer one wants a newer libc. strace makes system calls fail, openssl
# certificates for the double of the Kubernetes API.
provide_tools() {
  if [[ $engine == host ]]; then
    need mmdebstrap=mmdebstrap strace=strace openssl=openssl
  else
    need runc=runc iptables=iptables ip=iproute2 mmdebstrap=mmdebstrap strace=strace openssl=openssl
    own_tools
  fi
}

provide_parts() {
  [[ $(id -u) == 0 ]] || die 'needs root'
  if [[ $engine == host ]]; then
    real_cluster && command -v kind >/dev/null && return
    is_debian || return 0
  fi
  if ! fresh "$parts" "$(parts_hash)"; then
    mkdir -p "$root/parts"
    step "unpacking programs of $suite" unpack_parts
  fi
}

# The folder that `env` puts first on the PATH.
link_bin() {
  mkdir -p "$state/bin" "$state/config"
  local name source
  for name in docker kind crane docker-registry; do
    source=$parts/usr/bin/$name
    rm -f "$state/bin/$name"
    # A machine with an engine has a client that fits it.
    if [[ $engine == host ]] && command -v "$name" >/dev/null; then continue; fi
    [[ ! -x $source ]] || ln -s "$source" "$state/bin/$name"
  done
  printf '{"cliPluginsExtraDirs":["%s"]}\n' "$parts/usr/libexec/docker/cli-plugins" >"$state/config/config.json"
}
