# One Docker Engine per kind of image store and suite, with its own containerd.

# alive PIDFILE PROGRAM: the process is there and is ours. Numbers come back, so
# a pid file left by a crash may name somebody else's process.
alive() {
  local pid
  [[ -s $1 ]] && pid=$(<"$1") && [[ $(readlink "/proc/$pid/exe" 2>/dev/null) == */"$2"* ]] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -e "$state/" -e "$exec_root/"
}

# engine_up: it answers; a hung one, or one whose containerd is gone, is down. What is down is killed before it is
# started again, so one that is only busy has its time: tests may be at work in it.
engine_up() {
  if [[ $engine != host ]]; then
    [[ -S $socket ]] && daemons_live || return 1
  fi
  limit=30 dk version >/dev/null 2>&1
}

daemons_live() {
  if is_own; then
    own_lives
  else
    alive "$state/dockerd.pid" dockerd && alive "$exec_root/containerd/containerd.pid" containerd
  fi
}

# Engines on one machine must not share a bridge, nor empty each other's firewall chains, and an
# engine that starts or ends may take docker0 along: each has a bridge and rules of its own. So have
# the engines of two testbeds: those of another folder than the usual one by a sum of its path.
set_network() {
  local n sum
  case $engine-$suite in
    overlay2-forky) n=0 ;;
    containerd-forky) n=1 ;;
    overlay2-trixie) n=2 ;;
    containerd-trixie) n=3 ;;
  esac
  bridge=slipway$n
  subnet=172.$((24 + n)).0.0/16
  gateway=172.$((24 + n)).255.1/24
  if [[ $root != "$usual_root" ]]; then
    sum=$(printf %s "$root" | sha256sum | cut -c1-6)
    # A network device's name holds at most 15 characters.
    bridge=slip-$sum-$n
    subnet=10.$((64 + 16#$sum % 128)).$((64 * n)).0/18
    gateway=${subnet%.*.0/18}.$((64 * n + 63)).1/24
  fi
}

write_engine_config() {
  set_network
  local containerd=false
  [[ $engine != containerd ]] || containerd=true
  cat >"$state/daemon.json" <<JSON
{
  "bridge": "$bridge",
  "iptables": false,
  "ip6tables": false,
  "default-address-pools": [{"base": "$subnet", "size": 24}],
  "data-root": "$state/data",
  "exec-root": "$exec_root",
  "pidfile": "$state/dockerd.pid",
  "hosts": ["unix://$socket"],
  "features": {"containerd-snapshotter": $containerd},
  $([[ $containerd == true ]] || echo '"storage-driver": "overlay2",')
  "builder": {"gc": {"enabled": true, "defaultKeepStorage": "20GB"}}
}
JSON
}

# Without chains of the engine's own, a bridge of ours needs its few rules.
make_bridge() {
  if ! ip link show "$bridge" >/dev/null 2>&1; then
    ip link add "$bridge" type bridge
    ip address add "$gateway" dev "$bridge"
  fi
  ip link set "$bridge" up
  echo 1 >/proc/sys/net/ipv4/ip_forward
  firewall FORWARD -s "$subnet" -j ACCEPT
  firewall FORWARD -d "$subnet" -j ACCEPT
  firewall POSTROUTING -t nat -s "$subnet" ! -d "$subnet" -j MASQUERADE
}

firewall() {
  local chain=$1
  shift
  iptables -w 5 -C "$chain" "$@" 2>/dev/null || iptables -w 5 -I "$chain" "$@"
}

# shims: processes of containers that outlived their engine.
shims() {
  local file
  for file in /proc/[0-9]*/cmdline; do
    if { tr '\0' ' ' <"$file" | grep -q "^[^ ]*containerd-shim-runc-v2 .*$exec_root/"; } 2>/dev/null; then
      file=${file%/cmdline}
      echo "${file#/proc/}"
    fi
  done
}

# After a crash mounts, sockets and runtime state of dead containers stay behind
# and would stop their containers from starting again.
clear_remains() {
  alive "$state/dockerd.pid" dockerd || rm -f "$state/dockerd.pid" "$socket"
  local pid=$exec_root/containerd/containerd.pid
  if alive "$pid" containerd; then return; fi
  rm -f "$pid"
  [[ -z $(shims) ]] || return 0
  unmount_below "$exec_root"
  unmount_below "$state/data"
  rm -rf "$exec_root"
}

unmount_below() {
  local point
  awk -v top="$1/" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo | tac |
    while read -r point; do umount -l "$point" || true; done
}

engine_hash() { if is_own; then own_hash; else shared_hash; fi; }
shared_hash() { recipe_hash "$(parts_hash)" "$(declare -f set_network write_engine_config)"; }
engine_current() { [[ $engine == host ]] || fresh "$state/dockerd.log" "$(engine_hash)"; }

start_engine() {
  link_bin
  if [[ $engine == host ]]; then return; fi
  if engine_up && ! engine_current; then
    say 'the engine is of another recipe: starting it anew'
    stop_engine
  fi
  if ! engine_up; then step "starting the engine ($engine, $suite)" launch_engine; fi
}

launch_engine() {
  PATH=$parts/usr/bin:$parts/usr/sbin:$PATH:/usr/sbin:/sbin
  export PATH
  if is_own; then
    launch_own
    return
  fi
  # A hung engine keeps its pid: end it before another takes its data, and at
  # once, for it would wait long for containers that it cannot reach.
  if alive "$state/dockerd.pid" dockerd; then
    kill -9 "$(<"$state/dockerd.pid")"
    end_process "$(<"$state/dockerd.pid")"
  fi
  clear_remains
  mkdir -p "$state/data" "$exec_root" "${socket%/*}"
  provide_disk
  write_engine_config
  make_bridge
  # Its folder must not go with a clone: it could not fetch from Git any more.
  (cd / && exec setsid nohup "$parts/usr/sbin/dockerd" --config-file "$state/daemon.json" \
    >>"$state/dockerd.log" 2>&1 </dev/null 9>&-) &
  await_engine $!
}

# await_engine PID
await_engine() {
  local pid=$1 deadline=$((SECONDS + 60))
  until [[ -S $socket ]] && dk version >/dev/null 2>&1; do
    if [[ ! -d /proc/$pid || $SECONDS -gt $deadline ]]; then
      tail -n 30 "$state/dockerd.log" >&2
      return 1
    fi
    sleep 0.05
  done
  stamp "$state/dockerd.log" "$(engine_hash)"
}

# end_process PID: asks, waits, insists.
end_process() {
  local deadline=$((SECONDS + 20))
  kill "$1" 2>/dev/null || return 0
  while [[ -d /proc/$1 ]] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
    if [[ $SECONDS -gt $deadline ]]; then kill -9 "$1" 2>/dev/null || true; fi
    sleep 0.05
  done
}

stop_engine() {
  [[ $engine != host ]] || return 0
  if is_own; then
    stop_own
    return
  fi
  local pid
  if alive "$state/dockerd.pid" dockerd; then
    say "stopping the engine ($engine, $suite)"
    end_process "$(<"$state/dockerd.pid")"
  fi
  if alive "$exec_root/containerd/containerd.pid" containerd; then
    end_process "$(<"$exec_root/containerd/containerd.pid")"
  fi
  for pid in $(shims); do end_process "$pid"; done
  clear_remains
  if [[ -f $state/daemon.json ]]; then
    set_network
    remove_bridge
  fi
}

remove_bridge() {
  ip link delete "$bridge" 2>/dev/null || true
  iptables -w 5 -D FORWARD -s "$subnet" -j ACCEPT 2>/dev/null || true
  iptables -w 5 -D FORWARD -d "$subnet" -j ACCEPT 2>/dev/null || true
  iptables -w 5 -t nat -D POSTROUTING -s "$subnet" ! -d "$subnet" -j MASQUERADE 2>/dev/null || true
}

purge() {
  if is_own; then
    purge_own
    return
  fi
  [[ $engine == host ]] || unmount_below "$state"
  [[ ${exec_root%/*} != /run/slipway-* ]] || rm -rf "${exec_root%/*}"
  rm -rf "$state"
  # What all engines share goes with the last of them.
  local other
  for other in "$root"/*/daemon.json; do
    [[ ! -e $other ]] || { say "kept for ${other%/*}: $root"; return; }
  done
  rm -rf "$root"
}
