# One node's containerd: what it has, and what dead runs of ours left in it. These functions run in a
# subshell of the node's own with $node, $pid, $root and $own set.

# A paused node takes connections and never answers.
ctl() { ctr --timeout "${patience:-60s}" --address "/proc/$pid/root/run/containerd/containerd.sock" --namespace k8s.io "$@"; }

# A program's last words of those that a file has. What it logs beside them, such as the warnings that some
# write at every call, says nothing of why it failed; src/docker/warnings.ts knows such lines, too.
# None are no failure.
last_words() {
  { grep -Ev '^(time="[^"]*" level=(warning|info|debug|trace) |(WARN|INFO|DEBU|TRAC)\[[^]]*\] |[IW][0-9]{4} [0-9:]{8})' "$1" || true; } | tail -n 1
}

# committed[CHAIN] for every committed snapshot of `ctl snapshots list` on standard input, and strays,
# the keys of ours that a killed run left. False when containerd did not answer.
parse_snapshots() {
  local key parent kind
  committed=() strays=()
  read -r key parent kind && [[ "$key" == KEY ]] || return 1
  while read -r key parent kind; do
    case "$key" in
      slipway/*) strays+=("$key") ;;
      *) [[ "${kind:-$parent}" != Committed ]] || committed[$key]=1 ;;
    esac
  done
}

# What the node has; also whether CRI knew the image before we came.
read_node() {
  local known_name key
  exec {known_name}< <(ctl images list --quiet "name==$config_digest")
  parse_snapshots < <(ctl snapshots list) || die "the node's containerd does not list its snapshots"
  for key in "${strays[@]}"; do ctl snapshots remove "$key"; done
  known=$(cat <&"$known_name")
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

# Speaks with the node's containerd; see containerd.pl. False where it cannot.
client() { perl -e "$client" "/proc/$pid/root/run/containerd/containerd.sock" 2>/dev/null; }

# Whether the client works here: every Debian has a Perl, but a node may be something else.
find_client() {
  has_client=''
  ! client </dev/null >/dev/null || has_client=yes
}

# An image's config refers to its top snapshot and that one to its parents: once the image is in,
# the root label that every snapshot gets would only keep it alive after the image is gone.
release_listed() {
  if [[ -n "$has_client" ]]; then
    sed --unbuffered $'s/^/release\t/' | client >/dev/null
  else
    xargs -P 4 -I{} ctr \
      --address "/proc/$pid/root/run/containerd/containerd.sock" --namespace k8s.io \
      snapshots label {} containerd.io/gc.root= containerd.io/snapshot.ref={} >/dev/null
  fi
}

release() { printf '%s\n' "$@" | release_listed; }

# The first missing layer's snapshot is begun, or without one the last layer's is looked at: only so
# containerd tells where the folders of those layers are that the node has.
read_present() {
  local i
  first_missing=''
  ((${#chains[@]} > 0)) || return 0
  if ((${#missing[@]} == 0)); then
    read_mounts "$(ctl snapshots view --mounts "slipway/$run/view" "${chains[-1]}")" ||
      die "no folders to be seen in a snapshot's mounts"
    # Nothing roots a view, so the garbage collector may have been quicker.
    ctl snapshots remove "slipway/$run/view" 2>/dev/null || true
  else
    prepare_layer "${missing[0]}"
    first_missing=$upper
  fi
  for i in "${!lowers[@]}"; do present[i]=${lowers[i]}; done
}

# broken: layers that the node lists but whose folders are gone or are not what Docker has. Nobody
# heals a snapshot: a pod on a broken one is stuck, so it must not count as present.
find_broken() {
  local i side
  broken=()
  ((${#present[@]} > 0)) || return 0
  mkdir "$own/present"
  for i in "${!present[@]}"; do ln -s "$(seen "${present[i]}")" "$own/present/$i"; done
  list_tops "$work/layers" "${!present[@]}" >"$own/theirs.tops"
  list_tops "$own/present" "${!present[@]}" >"$own/ours.tops"
  # Of an entry that one of them alone has, what comes before the first tab.
  mapfile -d '' -t broken < <(for side in -23 -13; do
    comm -z "$side" "$own/theirs.tops" "$own/ours.tops"
  done | cut -z -f 1 | sort -z --numeric-sort --unique)
}

# Where a folder of the node's containerd is seen from here.
seen() { printf '%s%s' "$root" "${1#"$node_root"}"; }
