# One node's containerd: what it has, and what dead runs of ours left in it. These functions run in a
# subshell of the node's own with $node, $pid, $root and $own set.

# A program's last words of those that a file has. What it logs beside them, such as the warnings that some
# write at every call, says nothing of why it failed; src/docker/warnings.ts knows such lines, too.
# None are no failure.
last_words() {
  { grep -Ev '^(time="[^"]*" level=(warning|info|debug|trace) |(WARN|INFO|DEBU|TRAC)\[[^]]*\] |[IW][0-9]{4} [0-9:]{8})' "$1" || true; } | tail -n 1
}

# committed[CHAIN] for every committed snapshot, and strays, the keys of ours that a killed run left. False when
# containerd did not answer.
read_snapshots() {
  local line key kind
  local -a answers
  committed=() strays=()
  request snapshots || return
  for line in "${answers[@]}"; do
    IFS=$'\t' read -r _ key kind <<<"$line"
    case "$key" in
      slipway/*) strays+=("$key") ;;
      *) [[ "$kind" != 3 ]] || committed[$key]=1 ;;
    esac
  done
}

# What the node has; also whether CRI knew the image before we came.
read_node() {
  local key
  local -a answers
  read_snapshots || die "the node's containerd does not list its snapshots"
  for key in "${strays[@]}"; do request remove "$key"; done
  request labels "$config_digest" || die "the node's containerd does not list its images"
  known=${answers[*]}
}

# A run that was killed after `commit` left snapshots that containerd keeps for ever (gc.root). Its
# journal names them: those that this image needs are adopted, the others are let go.
sweep() {
  local chain
  adopted=()
  [[ -d "$staging" ]] || return 0
  while read -r chain; do
    [[ -n "${committed[$chain]-}" ]] || continue
    if [[ " ${chains[*]} " != *" $chain "* ]]; then
      release "$chain"
    elif hold "$chain"; then
      adopted+=("$chain")
    else
      unset "committed[$chain]"
    fi
  done < <(cat "$staging"/journal 2>/dev/null)
  find "$staging" -mindepth 1 -maxdepth 1 ! -name journal -exec rm -rf {} +
}

# It may have let go of them before it was killed, and then the garbage collector takes them when it likes.
hold() { ctl snapshots label "$1" containerd.io/gc.root=1 >/dev/null 2>&1; }

# An image's config refers to its top snapshot and that one to its parents: once the image is in,
# the root label that every snapshot gets would only keep it alive after the image is gone.
release() {
  local chain
  for chain in "$@"; do request release "$chain" || return; done
}

# present: the folders of the lowest layers, as many as the node has without a gap. Only a look at the upper
# one of them makes containerd tell where they are.
read_present() {
  local i count=$((${#missing[@]} == 0 ? ${#chains[@]} : ${missing[0]:-0}))
  local -a answers folders
  ((count > 0)) || return 0
  request view "slipway/$run/view" "${chains[count - 1]}" || die "no folders to be seen in a snapshot's mounts"
  IFS=$'\t' read -ra folders <<<"${answers[0]}"
  for ((i = 0; i < count; i++)); do present[i]=${folders[i + 1]}; done
}

# broken: layers that the node lists but whose folders are gone or are not what Docker has. Nobody
# heals a snapshot: a pod on a broken one is stuck, so it must not count as present.
find_broken() {
  local i side folder
  broken=()
  ((${#present[@]} > 0)) || return 0
  number_layers "${!present[@]}"
  mkdir "$own/present"
  for i in "${!present[@]}"; do
    seen folder "${present[i]}"
    ln -s "$folder" "$own/present/$i"
  done
  list_tops "$work/layers" "${!present[@]}" >"$own/theirs.tops"
  list_tops "$own/present" "${!present[@]}" >"$own/ours.tops"
  # Of an entry that one of them alone has, what comes before the first tab.
  mapfile -d '' -t broken < <(for side in -23 -13; do
    comm -z "$side" "$own/theirs.tops" "$own/ours.tops"
  done | cut -z -f 1 | sort -z --numeric-sort --unique)
}

# Writes into a variable where a folder of the node's containerd is seen from here.
seen() { printf -v "$1" '%s%s' "$root" "${2#"$node_root"}"; }

# Where the node's snapshots are on the one mount; where something else is mounted over them in the
# node, only the node's own view is true, and links cannot reach it.
find_root() {
  local seen=/proc/$pid/root$node_root on_host
  [[ -d "$seen/snapshots" ]] || cannot "no overlayfs snapshots at $node_root"
  inside on_host "$host_root"
  root=$seen
  if [[ "$host_root" == "$mounted"/* && "$on_host/snapshots" -ef "$seen/snapshots" ]]; then root=$on_host; fi
}
