# Where things are. Parts and image tars are shared by all engines of a machine;
# each engine has a folder of its own, so a fresh clone finds what is up.

usual_root=/var/lib/slipway-testbed
root=${SLIPWAY_TESTBED_DIR:-$usual_root}
[[ $root == /* ]] || root=$PWD/$root
cluster=kind
node_label=io.x-k8s.kind.cluster
base_image=slipway-testbed/base:latest

# set_paths ENGINE SUITE; ENGINE is `host` where the machine's own is used.
set_paths() {
  engine=$1
  suite=$2
  parts=$root/parts/$suite
  [[ $engine != host ]] || parts=$root/parts/$suite-host
  images=$root/images
  logs=$root/logs
  state=$root/$engine
  [[ $engine == host ]] || state=$root/$engine-$suite
  node_image=slipway-testbed/node:$suite
  exec_root=$state/exec
  socket=$state/docker.sock
  # A unix socket's path holds at most 107 characters, and the engine makes
  # sockets with names of up to 40 below its exec root.
  if [[ ${#exec_root} -gt 66 ]]; then
    exec_root=$(short_run)/exec
    socket=$(short_run)/docker.sock
  fi
}

short_run() { echo "/run/slipway-$(printf %s "$state" | sha256sum | cut -c1-10)"; }

# locked COMMAND...: one `up` or `down` at a time. Whatever outlives this script
# has to be started with 9>&-, or it would hold the lock for ever.
locked() {
  mkdir -p "$root" "$images" "$logs" "$state"
  exec 9>"$root/lock"
  flock -n 9 || { say 'waiting for another run of this script'; flock 9; }
  # That run may have been `down --purge`, which takes the lock's file along.
  if [[ ! /dev/fd/9 -ef $root/lock ]]; then
    locked "$@"
  else
    "$@"
  fi
}

# recipe_hash WORD|FILE...: what a built thing was made from. Folders do not count: their names differ
# from checkout to checkout.
recipe_hash() {
  local item
  for item in "$@"; do
    if [[ -f $item ]]; then
      cat "$item"
    elif [[ ! -d $item ]]; then
      printf '%s\n' "$item"
    fi
  done | sha256sum | cut -c1-16
}

fresh() { [[ -e $1 && -f $1.stamp && $(<"$1.stamp") == "$2" ]]; }
stamp() { printf '%s\n' "$2" >"$1.stamp"; }
