# The node image and the base image, made of Debian's packages.

node_files=$lib/node

# Like kind's own (kubernetes-sigs/kind, images/base): systemd as PID 1 behind an entry script, its
# packages, its units, containerd as a service of systemd's with its configuration. What this one
# lacks: kubelet, kubeadm, kubectl and the control plane's images, CNI plugins and configuration
# (so pods here use the host's network), cri-base.json with its mount-product-files hook, the
# test-handler runtime, fuse-overlayfs' snapshotter, nfs-common, open-iscsi, jq, the patched resolv.conf
# and iptables of "network magic", a product_uuid of the node's own, cgroups made for kubelet. There
# crictl is cri-tools' program; here it is a small one of our own, as Debian has none.
node_packages=systemd,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2,pigz,fuse-overlayfs,e2fsprogs,bash,ca-certificates,curl,procps
base_packages=git,ca-certificates

# Of the base; newer ones have a systemd that refuses cgroup v1. containerd and runc are of the node's suite.
# The machine's own where the registry has no Debian suites (Ubuntu).
node_base_suite() { if is_debian; then echo trixie; else codename; fi; }
node_suite() { if is_debian; then echo "$1"; else codename; fi; }

# What is left of systemd's units, as in kind's nodes, and of sysinit only what services need: nodes start
# often here. The last as kind's, for what starts as /sbin/init.
node_hooks=(
  'rm -f "$1"/etc/systemd/system/*.wants/*'
  'cd "$1"/usr/lib/systemd/system && rm -f multi-user.target.wants/* local-fs.target.wants/* basic.target.wants/* sockets.target.wants/*udev* sockets.target.wants/*initctl*'
  'cd "$1"/usr/lib/systemd/system/sysinit.target.wants && for unit in *; do case $unit in systemd-journal* | systemd-sysctl* | systemd-tmpfiles-setup-dev* | dev-mqueue.mount) ;; *) rm -f "$unit" ;; esac; done; rm -f systemd-journal-catalog-update.service'
  'echo ReadKMsg=no >>"$1"/etc/systemd/journald.conf'
  'ln -sf ../lib/systemd/systemd "$1"/usr/sbin/init'
)
# bootstrap SUITE PACKAGES TAR HOOK...: a minimal system without docs and package lists. Hooks are commands
# that get its folder.
bootstrap() {
  local hooks=() hook
  for hook in "${@:4}"; do hooks+=(--customize-hook="$hook"); done
  mmdebstrap --mode=root --variant=minbase --quiet --include="$2" \
    --components="$(components)" --keyring="$(keyring)" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    "${hooks[@]}" "$1" "$3" "$(mirror)"
}

bootstrap_hash() { recipe_hash "$@" "$(declare -f bootstrap)"; }

# provide_rootfs NAME SUITE PACKAGES HOOK...: $images/NAME.tar, made anew when needed.
provide_rootfs() {
  local tar=$images/$1.tar hash
  hash=$(bootstrap_hash "${@:2}")
  fresh "$tar" "$hash" && return
  step "making a system of $2 ($1)" quiet "$logs/$1.log" bootstrap "$2" "$3" "$tar.new.tar" "${@:4}"
  mv "$tar.new.tar" "$tar"
  stamp "$tar" "$hash"
}

# provide_containerd SUITE: the node's containerd and runc, where kind has them.
provide_containerd() {
  local folder=$images/containerd-$1 hash
  hash=$(containerd_hash "$1")
  fresh "$folder" "$hash" && return
  step "unpacking containerd of $1" quiet "$logs/containerd-$1.log" unpack_containerd "$1" "$folder"
  stamp "$folder" "$hash"
}

unpack_containerd() {
  local work=$2.new
  rm -rf "$work" "$2"
  mkdir -p "$work/all" "$work/usr/local/bin" "$work/usr/local/sbin"
  unpack "$(node_suite "$1")" "$work/all" containerd runc || return
  mv "$work"/all/usr/bin/{containerd,containerd-shim-runc-v2,ctr} "$work/usr/local/bin" &&
    mv "$(find "$work/all/usr" -path '*bin/runc' -type f)" "$work/usr/local/sbin" || return
  rm -rf "$work/all"
  mv "$work" "$2"
}

containerd_hash() { recipe_hash "$(node_suite "$1")" "$(declare -f unpack unpack_containerd)"; }

node_hash() {
  recipe_hash "$(bootstrap_hash "$(node_base_suite)" "$node_packages" "${node_hooks[@]}")" "$(containerd_hash "$1")" \
    "$node_files"/* "$node_files"/crictl/* "$lib/pause.sh" "$(declare -f compose_node provide_node_image)"
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
  local suite=$1 hash reference=slipway-testbed/node:$1 other pids=()
  hash=$(node_hash "$suite")
  image_is "$reference" "$hash" && return
  provide_crictl &
  pids+=($!)
  provide_containerd "$suite" &
  pids+=($!)
  provide_rootfs rootfs-node "$(node_base_suite)" "$node_packages" "${node_hooks[@]}"
  for other in "${pids[@]}"; do wait "$other" || die 'a part of the node image could not be made'; done
  if ! compose_node "$suite"; then die 'the node image could not be composed'; fi
  import_image "$images/node-$suite.tar" "$reference" "$hash" \
    'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' 'STOPSIGNAL SIGRTMIN+3' 'ENV container=docker'
  rm -f "$images/node-$suite.tar"
}

# compose_node SUITE: our files on top of the system, as more entries of its tar.
compose_node() {
  local overlay=$images/overlay-$1 files wants=etc/systemd/system/multi-user.target.wants
  rm -rf "$overlay"
  cp -r "$images/containerd-$1" "$overlay" || return
  mkdir -p "$overlay"/{etc/containerd,"$wants",kind}
  install -m 755 "$node_files/entrypoint" "$overlay/usr/local/bin/entrypoint"
  install -m 755 "$node_files/make-ready" "$overlay/kind/make-ready"
  install -m 644 "$node_files/crictl.yaml" "$overlay/etc/crictl.yaml"
  install -m 644 "$node_files/containerd.toml" "$overlay/etc/containerd/config.toml"
  install -m 644 "$node_files/containerd.service" "$overlay/etc/systemd/system/containerd.service"
  ln -s ../containerd.service "$overlay/$wants/containerd.service"
  make_pause_archive "$overlay/kind/pause.tar" || return
  ! can_build_crictl || install -m 755 "$images/crictl" "$overlay/usr/local/bin/crictl" || return
  cp --reflink=auto "$images/rootfs-node.tar" "$images/node-$1.tar" || return
  # No folders: the engine takes no path twice, and those are there already.
  mapfile -t files < <(cd "$overlay" && find . ! -type d)
  tar --append --owner=0 --group=0 --numeric-owner -C "$overlay" --no-recursion \
    -f "$images/node-$1.tar" "${files[@]}" || return
  rm -rf "$overlay"
}

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
