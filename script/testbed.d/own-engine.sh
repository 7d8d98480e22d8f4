# Engines of a test's own: `ext4`, `xfs` and `btrfs` keep overlay2 on a filesystem image of that kind,
# and `system` is the containerd store in a containerd of the system's own. Each lives in namespaces
# (mounts, processes, network), so the machine sees none of its mounts, and whatever ends its first
# process ends all of it. A test may restart it, which nobody may do to an engine that is shared.

own_init=$lib/own-init

is_own() { [[ $engine =~ ^(ext4|xfs|btrfs|system)$ ]]; }
own_lives() { alive "$state/init.pid" bash; }
own_hash() { recipe_hash "$(parts_hash)" "$own_init" "$(declare -f write_own_config make_disk make_ext4)"; }

own_tools() {
  case $engine in
    ext4) need mkfs.ext4=e2fsprogs ;;
    xfs) need mkfs.xfs=xfsprogs ;;
    btrfs) need mkfs.btrfs=btrfs-progs ;;
  esac
}

write_own_config() {
  local data=$state/data store='"storage-driver": "overlay2"'
  if [[ $engine == system ]]; then
    # Beside the folder of the system's containerd, as on a machine that has one.
    data=/var/lib/docker
    store='"features": {"containerd-snapshotter": true}'
  fi
  # The machine's systemd would take our processes' numbers for its own.
  cat >"$state/daemon.json" <<JSON
{
  "iptables": false,
  "ip6tables": false,
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "data-root": "$data",
  "exec-root": "$exec_root",
  "pidfile": "$state/dockerd.pid",
  "hosts": ["unix://$socket"],
  $store
}
JSON
}

make_disk() {
  [[ $engine != system && ! -e $state/disk ]] || return 0
  [[ $engine == ext4 ]] || truncate --size 4G "$state/disk"
  case $engine in
    ext4) make_ext4 "$state/disk" ;;
    xfs) quiet "$logs/mkfs-xfs.log" mkfs.xfs -q -m reflink=1 "$state/disk" ;;
    btrfs) quiet "$logs/mkfs-btrfs.log" mkfs.btrfs -q "$state/disk" ;;
  esac
}

launch_own() {
  if own_lives; then end_own; fi
  mkdir -p "$state/data" "$exec_root" "${socket%/*}" /run/containerd
  write_own_config
  make_disk
  rm -f "$state/init.pid" "$state/dockerd.pid" "$socket"
  (cd / && exec setsid nohup unshare --mount --propagation private --pid --fork --net \
    "$own_init" "$engine" "$root" "$state/" >>"$state/dockerd.log" 2>&1 </dev/null 9>&-) &
  await_engine $!
}

# dockerd gets time to stop its containers.
end_own() { end_process "$(<"$state/init.pid")"; }

stop_own() {
  own_lives || return 0
  say "stopping the engine ($engine, $suite)"
  end_own
}

purge_own() { rm -rf "$state" "$(short_run)"; }

# reserve_own: while standard input is open, no other test run has the engine.
reserve_own() {
  is_own || die "reserve: only an engine of a test's own"
  exec 8>"$root/$engine.lock"
  flock 8
  echo reserved
  cat >/dev/null
}

# restart_own [--kill]: asks the daemon to end, or kills it; the first process starts it again.
restart_own() {
  local signal=TERM before deadline=$((SECONDS + 60))
  [[ ${1:-} =~ ^(|--kill)$ ]] || die "restart: --kill or nothing, got '$1'"
  if ! is_own || ! own_lives; then die "restart: only a running engine of a test's own"; fi
  [[ ${1:-} != --kill ]] || signal=KILL
  before=$(<"$state/dockerd.pid")
  nsenter --target "$(<"$state/init.pid")" --pid bash -c "kill -$signal $before"
  until [[ -s $state/dockerd.pid && $(<"$state/dockerd.pid") != "$before" ]] && limit=5 dk version >/dev/null 2>&1; do
    [[ $SECONDS -le $deadline ]] || die 'the daemon did not come back'
    sleep 0.05
  done
}
