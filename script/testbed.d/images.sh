# The node image and the base image, made of Debian's packages.

node_files=$lib/node

# What kind's own nodes have and this one lacks (kubernetes-sigs/kind,
# images/base/Dockerfile and files/): systemd as PID 1 with journald, kubelet,
# kubeadm, kubectl and the control plane's images, CNI plugins and configuration
# (so pods here use the host's network), cri-base.json with its
# mount-product-files hook, the systemd cgroup driver, the test-handler runtime,
# fuse-overlayfs and its snapshotter, conntrack, nftables, ethtool, nfs-common,
# open-iscsi, pigz, curl, the patched resolv.conf and iptables of "network
# magic", a machine-id and product_uuid of the node's own. There crictl is
# cri-tools' program; here it is a small one of our own, as Debian has none.
node_packages=containerd,runc,mount,procps,iproute2,iptables,kmod,e2fsprogs,jq,ca-certificates
base_packages=git,ca-certificates

# The machine's own suite where the registry has no Debian suites (Ubuntu).
node_suite() { if is_debian; then echo "$1"; else codename; fi; }

# bootstrap SUITE PACKAGES TAR: a minimal system without docs and package lists.
bootstrap() {
  mmdebstrap --mode=root --variant=minbase --quiet --include="$2" \
    --components="$(components)" --keyring="$(keyring)" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/etc/containerd/config.toml' --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    "$1" "$3" "$(mirror)"
}

bootstrap_hash() { recipe_hash "$1" "$2" "$(declare -f bootstrap)"; }

# provide_rootfs NAME SUITE PACKAGES: $images/NAME.tar, made anew when needed.
provide_rootfs() {
  local tar=$images/$1.tar hash
  hash=$(bootstrap_hash "$2" "$3")
  fresh "$tar" "$hash" && return
  step "making a system of $2 ($1)" quiet "$logs/$1.log" bootstrap "$2" "$3" "$tar.new.tar"
  mv "$tar.new.tar" "$tar"
  stamp "$tar" "$hash"
}

node_hash() {
  recipe_hash "$(bootstrap_hash "$(node_suite "$1")" "$node_packages")" \
    "$node_files"/* "$node_files"/crictl/* "$lib/pause.sh"
}

base_hash() { bootstrap_hash "$(codename)" "$base_packages"; }

# image_is REFERENCE HASH: an engine keeps the recipe's hash as a label.
image_is() {
  [[ $(dk image inspect --format '{{index .Config.Labels "slipway-testbed"}}' "$1" 2>/dev/null) == "$2" ]]
}

provide_base_image() {
  local hash
  hash=$(base_hash)
  image_is "$base_image" "$hash" && return
  provide_rootfs base "$(codename)" "$base_packages"
  import_image "$images/base.tar" "$base_image" "$hash" 'CMD ["bash"]'
}

provide_node_image() {
  local suite=$1 hash reference=slipway-testbed/node:$1
  hash=$(node_hash "$suite")
  image_is "$reference" "$hash" && return
  provide_crictl &
  local other=$!
  provide_rootfs "rootfs-$suite" "$(node_suite "$suite")" "$node_packages"
  wait "$other" || die 'crictl could not be built'
  if ! compose_node "$suite"; then die 'the node image could not be composed'; fi
  import_image "$images/node-$suite.tar" "$reference" "$hash" \
    'ENTRYPOINT ["/usr/local/bin/entrypoint"]' 'STOPSIGNAL SIGRTMIN+3' 'ENV container=docker'
  rm -f "$images/node-$suite.tar"
}

# compose_node SUITE: our files on top of the system, as more entries of its tar.
compose_node() {
  local overlay=$images/overlay-$1 files
  rm -rf "$overlay"
  mkdir -p "$overlay"/{usr/local/bin,etc/containerd,kind}
  install -m 755 "$node_files/entrypoint" "$overlay/usr/local/bin/entrypoint"
  install -m 644 "$node_files/crictl.yaml" "$overlay/etc/crictl.yaml"
  install -m 644 "$node_files/containerd-$(containerd_config "$1").toml" "$overlay/etc/containerd/config.toml"
  make_pause_archive "$overlay/kind/pause.tar" || return
  ! can_build_crictl || install -m 755 "$images/crictl" "$overlay/usr/local/bin/crictl" || return
  cp --reflink=auto "$images/rootfs-$1.tar" "$images/node-$1.tar" || return
  # Files only: the engine takes no path twice, and the folders are there already.
  mapfile -t files < <(cd "$overlay" && find . -type f)
  tar --append --owner=0 --group=0 --numeric-owner -C "$overlay" --no-recursion \
    -f "$images/node-$1.tar" "${files[@]}" || return
  rm -rf "$overlay"
}

# containerd 2 has version 3 of the configuration's format.
containerd_config() { if [[ $1 == trixie ]]; then echo 1; else echo 2; fi; }

# import_image TAR REFERENCE HASH CHANGE...
import_image() {
  local tar=$1 reference=$2 hash=$3 change changes=()
  shift 3
  for change in "$@" 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "LABEL slipway-testbed=$hash"; do
    changes+=(--change "$change")
  done
  step "importing $reference" quiet "$logs/import-${reference//[:\/]/-}.log" dk import "${changes[@]}" "$tar" "$reference"
}

# Both at once: neither uses two cores for long.
provide_images() {
  provide_base_image &
  local other=$!
  if ! real_cluster; then provide_node_image "$suite"; fi
  wait "$other" || die 'the base image could not be made'
}

node_image_command() {
  [[ $1 =~ ^(forky|trixie)$ ]] || die "node-image: forky or trixie, got '$1'"
  engine_up || die "the engine is down: script/testbed up"
  need mmdebstrap=mmdebstrap
  provide_node_image "$1"
  echo "slipway-testbed/node:$1"
}
