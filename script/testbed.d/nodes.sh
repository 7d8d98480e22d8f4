# Nodes of a cluster, run with what kind itself passes to the engine.

# run_node NAME CLUSTER ROLE IMAGE [VOLUME...]: one for /var is in place of a new one, as no other option is.
run_node() {
  local name=$1 own=$2 role=$3 image=$4 extra=() volume var=(--volume /var)
  shift 4
  for volume in "$@"; do
    extra+=(--volume "$volume")
    [[ $volume != *:/var ]] || var=()
  done
  [[ $role != control-plane ]] || extra+=(-e KUBECONFIG=/etc/kubernetes/admin.conf)
  dk run --pull never --name "$name" --hostname "$name" \
    --label "$node_label=$own" --label "io.x-k8s.kind.role=$role" --label slipway-testbed=node \
    --privileged --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --tmpfs /tmp --tmpfs /run "${var[@]}" --volume /lib/modules:/lib/modules:ro \
    -e KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER "${extra[@]}" \
    --detach --tty --net kind --restart=on-failure:1 --init=false --cgroupns=private \
    "$image" >/dev/null </dev/null
}

ensure_network() {
  dk network inspect kind >/dev/null 2>&1 || dk network create --label slipway-testbed=network kind >/dev/null 2>&1 ||
    dk network inspect kind >/dev/null
}

# node_answers NAME: one exec that waits inside is quicker than many that ask.
node_answers() {
  limit=100 dk exec "$1" timeout 90 sh -c 'until [ -e /run/testbed-ready ]; do sleep 0.02; done' 2>/dev/null
}

await_node() {
  node_answers "$1" || {
    dk exec "$1" journalctl --no-pager --lines 30 --unit containerd >&2 || dk logs --tail 30 "$1" >&2 || true
    die "node $1: containerd does not answer"
  }
}

node_command() {
  local name=${1:?node needs a name} own=$cluster role=worker image=$node_image volumes=()
  shift
  while [[ $# -gt 0 ]]; do
    case $1 in
      --cluster) own=${2:?}; shift 2 ;;
      --role) role=${2:?}; shift 2 ;;
      --image) image=${2:?}; shift 2 ;;
      --volume) volumes+=("${2:?}"); shift 2 ;;
      *) die "node: unknown option '$1'" ;;
    esac
  done
  ensure_network
  run_node "$name" "$own" "$role" "$image" "${volumes[@]}" || die "node $name could not be started"
  await_node "$name"
  echo "$name"
}

# Only nodes that this script made: a real cluster's are not ours to remove.
remove_nodes() {
  [[ $# -gt 0 ]] || die 'rm-node needs a name'
  local name
  for name in "$@"; do
    [[ $(dk inspect --format '{{index .Config.Labels "slipway-testbed"}}' "$name" 2>/dev/null) == node ]] ||
      die "$name is no node of this testbed"
  done
  dk rm --force --volumes "$@" >/dev/null
}

cluster_nodes() { echo "$cluster-control-plane control-plane" "$cluster-worker worker"; }

start_cluster() {
  real_cluster && return
  ensure_network
  local from pids=() pid
  from=$(now_ms)
  start_or_run "$cluster-control-plane" control-plane &
  pids+=($!)
  start_or_run "$cluster-worker" worker &
  pids+=($!)
  for pid in "${pids[@]}"; do wait "$pid" || die 'a node did not start'; done
  took 'starting the nodes' "$from"
}

# A node of an older image is made anew; a stopped one is started again.
start_or_run() {
  local name=$1 role=$2 found
  found=$(dk inspect --format '{{.State.Running}} {{.Image}}' "$name" 2>/dev/null || true)
  if [[ -n $found && ${found#* } != $(dk image inspect --format '{{.Id}}' "$node_image") ]]; then
    dk rm --force --volumes "$name" >/dev/null
    found=''
  fi
  case $found in
    true*) ;;
    false*) say "starting node $name again"; dk start "$name" >/dev/null || true ;;
    *) say "starting node $name"; run_node "$name" "$cluster" "$role" "$node_image" ;;
  esac
  # One that an engine's crash left half dead does not come back: make it anew.
  if [[ -n $found ]] && ! node_answers "$name"; then
    say "node $name does not answer: making it anew"
    dk rm --force --volumes "$name" >/dev/null
    run_node "$name" "$cluster" "$role" "$node_image"
  fi
  await_node "$name"
}

stop_cluster() {
  engine_up || return 0
  local nodes
  nodes=$(dk ps --all --quiet --filter label=slipway-testbed=node)
  # shellcheck disable=SC2086  # one word per container
  [[ -z $nodes ]] || dk rm --force --volumes $nodes >/dev/null
  # Fails, as it should, while somebody else's container is on it.
  [[ -z $(dk network ls --quiet --filter label=slipway-testbed=network) ]] || dk network rm kind >/dev/null 2>&1 || true
}
