# One node's containerd: what it has, and what dead runs of ours left in it. These functions run in a
# subshell of the node's own with $node, $pid, $root and $own set.

# A paused node takes connections and never answers.
ctl() { ctr --timeout "${patience:-60s}" --address "/proc/$pid/root/run/containerd/containerd.sock" --namespace k8s.io "$@"; }

# committed[CHAIN] for every committed snapshot; keys of ours that a killed run left are removed.
read_snapshots() {
  local key parent kind
  committed=()
  while read -r key parent kind; do
    case "$key" in
      KEY) ;;
      slipway/*) ctl snapshots remove "$key" ;;
      *) [[ "${kind:-$parent}" != Committed ]] || committed[$key]=1 ;;
    esac
  done < <(ctl snapshots list)
}

# A run that was killed after `commit` left snapshots that containerd keeps for ever (gc.root). Its
# journal names them: those that this image needs are adopted, the others are let go.
sweep() {
  local chain
  adopted=()
  [[ -d "$staging" ]] || return 0
  while read -r chain; do
    [[ -n "${committed[$chain]-}" ]] || continue
    if [[ " ${chains[*]} " == *" $chain "* ]]; then adopted+=("$chain"); else release "$chain"; fi
  done < <(cat "$staging"/journal 2>/dev/null)
  find "$staging" -mindepth 1 -maxdepth 1 ! -name journal -exec rm -rf {} +
}

# An image's config refers to its top snapshot and that one to its parents: once the image is in,
# the root label that ctr gives every snapshot would only keep it alive after the image is gone.
release() {
  printf '%s\n' "$@" | xargs -P 4 -I{} ctr \
    --address "/proc/$pid/root/run/containerd/containerd.sock" --namespace k8s.io \
    snapshots label {} containerd.io/gc.root= containerd.io/snapshot.ref={} >/dev/null
}

# broken: layers that the node lists but whose folders are gone or are not what Docker has. Nobody
# heals a snapshot: a pod on a broken one is stuck, so it must not count as present. Names at the
# top of each layer are compared; to read every file would take longer than to load the image.
find_broken() {
  local i last=-1 folder mounts
  local -a theirs ours
  broken=()
  for i in "${!chains[@]}"; do [[ -z "${committed[${chains[i]}]-}" ]] || last=$i; done
  ((last >= 0)) || return 0
  mounts=$(ctl snapshots view --mounts "slipway/$run/view" "${chains[last]}")
  # Nothing roots a view, so the garbage collector may have been quicker.
  ctl snapshots remove "slipway/$run/view" 2>/dev/null || true
  read_mounts "$mounts"
  shopt -s nullglob dotglob
  for ((i = 0; i <= last; i++)); do
    folder=$root${lowers[i]#"$node_root"}
    present[i]=$folder
    theirs=("${folders[i]}"/*) ours=("$folder"/*)
    [[ -d "$folder" && "${theirs[*]##*/}" == "${ours[*]##*/}" ]] || broken+=("$i")
  done
  shopt -u nullglob dotglob
}
