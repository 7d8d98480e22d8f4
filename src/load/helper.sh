#!/bin/bash
# Puts one image of Docker's overlay2 store into the containerd of one or more kind nodes by
# linking its layer folders. Runs in a helper container made from the nodes' own image, with the
# host's process namespace and ONE bind mount that holds both Docker's layers and the nodes' /var:
# link(2) refuses to cross mounts, even of one filesystem.
#
# Standard input: the order, one line per fact with tab-separated fields, ended by `go`; after that
# it stays open as a lifeline, and its end (the action died) ends the helper.
#   run ID | deadline SECONDS | config FILE | name REF | node NAME PID SNAPSHOTTER_ROOT
#   layer DIFF_ID CHAIN_ID FOLDER SIZE_FILE      (lowest first)
# Standard output: one line per event, tab-separated:
#   NODE missing LAYERS | NODE loaded LAYERS COPIED_BYTES
#
# Every node goes through: lock, sweep, stage (link into a folder of ours and verify), publish (rename
# into snapshots and commit), import (a tiny OCI archive without layers), check, release.
set -euo pipefail
export LC_ALL=C

names=() diffs=() chains=() folders=() sizes=() nodes=()
while IFS=$'\t' read -r word a b c d; do
  case $word in
    run) run=$a ;;
    deadline) deadline=$a ;;
    config) config=$a ;;
    name) names+=("$a") ;;
    node) nodes+=("$a"$'\t'"$b"$'\t'"$c") ;;
    layer) diffs+=("$a") chains+=("$b") folders+=("$c") sizes+=("$d") ;;
    go) break ;;
  esac
done

# Ends the nodes' subshells first, so that they undo what they began; the runtime ends the rest.
main=$$
jobs=()
end_early() {
  trap '' TERM
  for job in "${jobs[@]}"; do kill -TERM "$job" 2>/dev/null || true; done
  for job in "${jobs[@]}"; do wait "$job" 2>/dev/null || true; done
  exit 143
}
trap end_early TERM
exec 3<&0 </dev/null
{ cat <&3 >/dev/null; kill -TERM "$main"; } 2>/dev/null &
{ sleep "$deadline"; echo "no end after ${deadline} s" >&2; kill -TERM "$main"; } &
exec 3<&-

# More would only wait for the same disk.
workers=$(($(nproc) < 4 ? $(nproc) : 4))
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT

sha256_of() { local sum; sum=$(sha256sum <"$1"); echo "sha256:${sum%% *}"; }

# The archive: manifest and config, no layers. containerd finds every snapshot and asks for no blob.
write_archive() {
  local layers='' entries='' size name i separator=''
  config_digest=$(sha256_of "$config")
  for i in "${!chains[@]}"; do
    # CRI reports the sum of these as the image's size, and kubelet rejects 0.
    size=$(<"${sizes[i]}")
    layers+="$separator{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"${diffs[i]}\",\"size\":$size}"
    separator=,
  done
  mkdir -p "$work/blobs/sha256"
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},"layers":[%s]}' \
    "$config_digest" "$(stat -c %s "$config")" "$layers" >"$work/manifest"
  manifest_digest=$(sha256_of "$work/manifest")
  size=$(stat -c %s "$work/manifest")
  cp "$config" "$work/blobs/sha256/${config_digest#sha256:}"
  mv "$work/manifest" "$work/blobs/sha256/${manifest_digest#sha256:}"
  separator=''
  for name in "${names[@]}"; do
    entries+="$separator{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"$manifest_digest\",\"size\":$size,\"annotations\":{\"io.containerd.image.name\":\"$name\"}}"
    separator=,
  done
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$entries" >"$work/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci-layout"
  tar -C "$work" -cf "$work/image.tar" oci-layout index.json blobs
}

# From here on: functions of one node, run in a subshell of its own with $node, $pid and $root set.
say() { (IFS=$'\t'; printf '%s\n' "$node"$'\t'"$*"); }
die() { echo "$node: $*" >&2; exit 1; }
ctl() { ctr --address "/proc/$pid/root/run/containerd/containerd.sock" --namespace k8s.io "$@"; }

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

# True when every component of a relative path is a real folder, so that nobody leads us elsewhere.
is_real_folder() {
  local base=$1 component
  local -a components
  IFS=/ read -ra components <<<"$2"
  for component in "${components[@]}"; do
    base+=/$component
    [[ -d "$base" && ! -L "$base" ]] || return 1
  done
}

# Links a layer's files. cron and others refuse files whose link count is not 1, so what they read
# is copied instead.
stage_layer() {
  local from=$1 to=$2 sub
  cp --archive --link --no-target-directory "$from" "$to"
  for sub in etc var/spool; do
    is_real_folder "$from" "$sub" || continue
    rm -rf "${to:?}/$sub"
    cp --archive --no-target-directory "$from/$sub" "$to/$sub"
    touch -r "$from/$(dirname "$sub")" "$to/$(dirname "$sub")"
  done
}

# What a tree is, as one digest. Linked files are the same inode, hence the same in all respects;
# folders and copies are compared by all that tar knows: type, mode, owner, times, xattrs, content.
digest_tree() {
  local lists=$2 sub
  local -a copied=() prune=(-false)
  cd "$1"
  for sub in etc var/spool; do
    is_real_folder . "$sub" || continue
    copied+=("./$sub")
    prune+=(-o -path "./$sub")
  done
  find . \( "${prune[@]}" \) -prune -o -type d -fprint0 "$lists.folders" -o -printf '%i %p\0' >"$lists.files"
  : >"$lists.copied"
  ((${#copied[@]} == 0)) || find "${copied[@]}" -print0 >"$lists.copied"
  {
    sort -z "$lists.files"
    sort -z "$lists.folders" "$lists.copied" |
      tar --create --null --no-recursion --files-from=- --numeric-owner --xattrs '--xattrs-include=*' \
        --acls --format=posix --pax-option='exthdr.name=%d/%f,delete=atime,delete=ctime' 2>/dev/null
  } | sha256sum
}

# Takes one missing layer after another that no other worker has taken, links it and verifies it.
stage_layers() {
  local i to ours theirs
  for i in "${missing[@]}"; do
    { set -C; : >"$own/taken.$i"; } 2>/dev/null || continue
    set +C
    to=$staging/$run/to/$i
    stage_layer "${folders[i]}" "$to" 2>"$own/error.$i" || die "$(tail -n 1 "$own/error.$i")"
    theirs=$(digest_tree "${folders[i]}" "$own/theirs.$i") || die 'a layer of Docker cannot be read'
    ours=$(digest_tree "$to" "$own/ours.$i") || die 'a linked layer cannot be read'
    [[ "$theirs" == "$ours" ]] || die 'the linked files are not what Docker has'
    echo "$i $(copied_bytes "$to" "$own/ours.$i.copied")"
  done
}

copied_bytes() {
  local bytes=0
  [[ ! -s "$2" ]] || bytes=$(cd "$1" && du --bytes --total etc var/spool 2>/dev/null | tail -n 1 | cut -f 1)
  echo "$bytes"
}

# Links and verifies layers with as many workers as there are cores, and publishes them from the
# lowest up as they come.
stage_and_publish() {
  local i layer bytes
  local -A staged=()
  mkdir -p "$staging/$run/to"
  printf '%s\n' "${chains[@]}" >>"$staging/journal"
  mkfifo "$own/staged"
  for ((i = 0; i < workers; i++)); do stage_layers >"$own/staged" & done
  exec {announced}<"$own/staged"
  for i in "${missing[@]}"; do
    while [[ -z "${staged[$i]-}" ]]; do
      read -r layer bytes <&"$announced" || exit 1
      staged[$layer]=1
      copied=$((copied + bytes))
    done
    publish_layer "$i"
  done
}

publish_layer() {
  local i=$1 chain=${chains[$1]} key mounts
  local -a parent=()
  ((i == 0)) || parent=("${chains[i - 1]}")
  key=slipway/$run/$chain
  mounts=$(ctl snapshots prepare --mounts "$key" "${parent[@]}")
  [[ "$mounts" =~ upperdir=[^\",]*/snapshots/([0-9]+)/fs ]] ||
    [[ "$mounts" =~ \"Source\":\ *\"[^\"]*/snapshots/([0-9]+)/fs\" ]] ||
    die "no folder to be seen in the snapshot's mounts"
  mv --no-target-directory "$staging/$run/to/$i" "$root/snapshots/${BASH_REMATCH[1]}/fs"
  # "already exists": somebody else, such as a kubelet that pulls, was quicker with the same layer.
  ctl snapshots commit "$chain" "$key" 2>"$own/commit" ||
    { grep -q 'already exists' "$own/commit" && ctl snapshots remove "$key"; } ||
    die "$(<"$own/commit")"
  published+=("$chain")
}

# What kubelet and CRI will rely on: names, the config's reference to the top snapshot, every chain.
check_image() {
  local name chain listed
  for name in "${names[@]}"; do
    listed=$(ctl images list "name==$name")
    [[ "$listed" == *"$manifest_digest"* ]] || die "the node does not know $name after the import"
  done
  ((${#chains[@]} == 0)) && return
  grep -F "$config_digest" < <(ctl content list) |
    grep -qF "containerd.io/gc.ref.snapshot.overlayfs=${chains[-1]}" ||
    die 'the image does not hold on to its snapshots'
  read_snapshots
  for chain in "${chains[@]}"; do
    [[ -n "${committed[$chain]-}" ]] || die "snapshot $chain is missing after the import"
  done
}

# Whatever went wrong: no image stays that kubelet would believe in, and nothing else that we made.
# Snapshots are not removed but released to the garbage collector, which knows whether somebody else
# has come to need them meanwhile.
undo() {
  trap '' TERM
  trap - EXIT
  set +e
  local i name
  local -a made=()
  for name in "${imported[@]}"; do
    [[ "$(ctl images list "name==$name")" != *"$manifest_digest"* ]] || ctl images remove "$name"
  done
  # Keys of ours go here; what was committed last may not be in a list of ours yet.
  read_snapshots
  for i in "${missing[@]}"; do [[ -z "${committed[${chains[i]}]-}" ]] || made+=("${chains[i]}"); done
  made+=("${adopted[@]}")
  ((${#made[@]} == 0)) || release "${made[@]}"
  ctl content prune references
  # A worker that is still linking ends when its target is gone.
  until rm -rf "${staging:?}" && [[ ! -e "$staging" ]]; do sleep 0.1; done
} >/dev/null 2>&1

load_node() {
  local lock announced i copied=0
  local -A committed=()
  local -a adopted=() missing=() published=() imported=()
  staging=$root/slipway own=$work/$node
  [[ -d "$root/snapshots" ]] || die "no overlayfs snapshots at $root"
  mkdir -p "$own"
  exec {lock}<"$root/snapshots"
  flock --wait "$deadline" "$lock" || die 'another load holds the node'
  trap undo EXIT
  trap 'exit 143' TERM
  read_snapshots
  sweep
  for i in "${!chains[@]}"; do [[ -n "${committed[${chains[i]}]-}" ]] || missing+=("$i"); done
  say missing "${#missing[@]}"
  if ((${#missing[@]} > 0)); then
    stage_and_publish
  fi
  imported=("${names[@]}")
  ctl images import "$work/image.tar" >/dev/null
  check_image
  ((${#published[@]} + ${#adopted[@]} == 0)) || release "${published[@]}" "${adopted[@]}"
  trap - EXIT
  rm -rf "$staging"
  say loaded "${#missing[@]}" "$copied"
}

write_archive
for entry in "${nodes[@]}"; do
  IFS=$'\t' read -r node pid root <<<"$entry"
  (load_node) &
  jobs+=($!)
done
failed=0
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
