#!/bin/bash
# Puts one image into the containerd of the node in which this runs, which may be a machine, from what `docker save`
# writes. The parts of this script are joined in the order in which src/load/helper.ts names them.
#
# Standard input: the request, one line per fact with tab-separated fields:
#   run ID | node NAME | image DOCKERS_ID | config DIGEST | name REF
#   layer DIFF_ID CHAIN_ID UNPACKER    (lowest first; the program that makes its blob a tar)
#   go
# then, once we have said what is missing, records: a line, and as many bytes as it says:
#   layer SIZE INDEX...    (a layer's blob, in any order; one that occurs twice comes once)
#   layer here INDEX...    (it is a file of the folder that is open as 9; no bytes follow)
#   blob SIZE DIGEST       (the config and the manifest)
#   end MANIFEST_DIGEST
# After that it stays open as a lifeline, and its end (the action died) undoes everything.
# Standard output, tab-separated: cannot PROGRAM | missing INDEX... | unpacked INDEX (of those that are here) | loaded
set -euo pipefail
export LC_ALL=C
umask 022

# A program in Perl; see containerd.pl.
client=${1-}

complete='' names=() diffs=() chains=() unpackers=()
while IFS=$'\t' read -r word a b c; do
  case $word in
    run) run=$a ;;
    node) node=$a ;;
    image) image=$a ;;
    config) config_digest=$a ;;
    name) names+=("$a") ;;
    layer) diffs+=("$a") chains+=("$b") unpackers+=("$c") ;;
    go) complete=yes && break ;;
  esac
done
[[ -n "$complete" ]] || exit 1

tell() { (IFS=$'\t'; printf '%s\n' "$*"); }
die() { one_line "$*" >&2; exit 1; }

work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT

# This node's containerd, as helper/node.sh reaches it.
pid=${SLIPWAY_SOCKET:+$$}
root=${SLIPWAY_SNAPSHOTTER:-/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs} node_root=$root
own=$work/own
staging=$root/slipway
layout=/proc/self/fd/9/blobs/sha256

# The nodes' programs differ; what is missing here may be done by containerd itself.
find_unpackers() {
  local unpacker
  for unpacker in "${unpackers[@]}"; do
    command -v "$unpacker" >/dev/null && continue
    tell cannot "$unpacker"
    exit 0
  done
}

load_image() {
  local lock lifeline i known='' manifest_digest='' asking='' answering
  local -A committed=()
  local -a adopted=() missing=() published=() imported=() present=() strays=()
  mkdir -p "$own" "$work/blobs/sha256"
  exec {lock}<"$root/snapshots"
  flock --wait 900 "$lock" || die 'another load holds the node'
  [[ ! -L "$staging" ]] || die "$staging is a link"
  trap 'undo; rm -rf "$work"' EXIT
  trap 'exit 143' TERM
  start_client
  await_client
  read_node
  sweep
  for i in "${!chains[@]}"; do [[ -n "${committed[${chains[i]}]-}" ]] || missing+=("$i"); done
  read_present
  tell missing "${missing[@]}"
  mkdir -p "$staging/$run/to"
  ((${#chains[@]} == 0)) || printf '%s\n' "${chains[@]}" >>"$staging/journal"
  receive_records
  { cat <&3; kill -TERM "$$"; } >/dev/null 2>&1 &
  lifeline=$!
  exec 3<&-
  for i in "${missing[@]}"; do
    give_parents_attributes "$i"
    publish_layer "$i"
  done
  import_image
  check_image
  release "${published[@]:(-1)}" "${adopted[@]}"
  check_cri
  # From here on the end of the stream ends nothing.
  kill "$lifeline"
  # It would hold the node's lock, and our end, for as long as it waits for more.
  end_client
  trap 'rm -rf "$work"' EXIT
  rm -rf "$staging"
}

[[ -d "$root/snapshots" ]] || die "no overlayfs snapshots at $root"
find_unpackers
exec 3<&0 </dev/null
load_image
tell loaded
