#!/bin/bash
# Puts one image of Docker's store into the containerd of one or more kind nodes, without a tar and
# without blobs. Runs in a helper container made from the nodes' own image, privileged, with the
# host's process namespace and ONE bind mount that holds both Docker's layers and the nodes' /var:
# link(2) refuses to cross mounts, even of one filesystem. Or as root on a machine that has such a
# containerd itself: FOLDER_OF_THE_HOST is / then and SEEN_AS nothing, and PID is `self`. The parts of this script are joined in
# the order in which src/load/helper.ts names them.
#
# Standard input: the request, one line per fact with tab-separated fields, ended by `go`; after that
# it stays open as a lifeline, and its end (the action died) ends the helper.
#   run ID | deadline SECONDS | method auto|reflink|link|copy | mount FOLDER_OF_THE_HOST SEEN_AS
#   name REF | node NAME PID FOLDER_IN_NODE FOLDER_OF_THE_HOST   (of the overlayfs snapshotter)
#   layer DIFF_ID CHAIN_ID [FOLDER]                              (lowest first)
#   overlay2 CONFIG_FILE CONFIG_DIGEST | containerd ADDRESS NAMESPACE DIGEST ARCHITECTURE
# A store that keeps no manifest is answered `config` by a line with the manifest's digest and
# size, and the manifest, as many bytes as that says: it may have lines of its own.
# Standard output: one line per event, tab-separated; without a NODE it is about all:
#   config BYTES | NODE copying BYTES TOTAL | NODE repaired LAYERS | NODE loaded LAYERS COPIED_BYTES METHOD
#   NODE cannot REASON    (nothing is wrong, but this method is none there)
# Standard error: what went wrong and should not have, after the node's name and a colon.
#
# Every node goes through: lock, sweep, probe, stage (link or copy into a folder of ours, verify),
# publish (rename into snapshots and commit), import (a tiny archive without layers), check, release.
set -euo pipefail
export LC_ALL=C

# Programs in Perl; see containerd.pl and documents.pl.
client=${1-} documents=${2-}

complete='' names=() diffs=() chains=() folders=()
while IFS=$'\t' read -r word a b c d; do
  case $word in
    run) run=$a ;;
    deadline) deadline=$a ;;
    method) wanted=$a ;;
    mount) mounted=${a%/} view=${b-} ;;
    name) names+=("$a") ;;
    node) nodes+=("$a"$'\t'"$b"$'\t'"$c"$'\t'"$d") ;;
    layer) diffs+=("$a") chains+=("$b") folders+=("${c-}") ;;
    overlay2) store=overlay2 config=$a config_digest=$b ;;
    containerd) store=containerd address=$a namespace=$b image=$c architecture=$d ;;
    go) complete=yes && break ;;
  esac
done
# A request that ends early is not one: whoever wrote it is gone.
[[ -n "$complete" ]] || exit 1
for word in run deadline wanted mounted store nodes; do
  [[ -v $word ]] || { echo "the request does not say everything: $word" >&2; exit 1; }
done

# Writes into a variable where a folder of the daemon's host is seen from here.
inside() { printf -v "$1" '%s%s' "$view" "${2#"$mounted"}"; }

# Of Docker's containerd only the socket's folder is mounted, beside the one mount.
[[ -z "$view" || -z "${address-}" ]] || address=$view-containerd/${address##*/}

work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT

# The file with its digest comes last, for whoever waits for it.
receive_manifest() {
  local digest size
  IFS=$'\t' read -r digest size || return
  if [[ "$digest" =~ ^sha256:[0-9a-f]{64}$ && "$size" =~ ^[0-9]+$ ]]; then
    head -c "$size" >"$work/manifest"
    [[ "$(stat -c %s "$work/manifest")" == "$size" ]] || return
  fi
  sha256sum --check --status <<<"${digest#sha256:}  $work/manifest" 2>/dev/null ||
    { echo 'the answer about the config is no manifest' >&2; return 1; }
  cp "$work/manifest" "$work/blobs/sha256/${digest#sha256:}"
  printf '%s' "$digest" >"$work/digest.new" && mv "$work/digest.new" "$work/digest"
}

# Ends the nodes' subshells first, so that they undo what they began; the runtime ends the rest.
main=$$
jobs=()
end_early() {
  trap '' TERM
  # Where a node ends in the moment of the signal, bash may wait for all of its children instead of that one.
  kill ${guard:+"$guard"} 2>/dev/null || true
  [[ -z "${life-}" ]] || exec {life}>&-
  for job in "${jobs[@]}"; do kill -TERM "$job" 2>/dev/null || true; done
  for job in "${jobs[@]}"; do wait "$job" 2>/dev/null || true; done
  exit 143
}
trap end_early TERM
exec 3<&0 </dev/null
{ receive_manifest <&3 && cat <&3 >/dev/null; kill -TERM "$main" 2>/dev/null; } &
guard=$!
exec 3<&-
# Its input ends with us, however we end: a signal can be lost on its way to a process that has only begun.
watch_deadline() {
  local code=0
  read -r -t "$deadline" || code=$?
  ((code > 128)) || return 0
  echo "no end after ${deadline} s" >&2
  kill -TERM "$main"
}
exec {life}> >(watch_deadline)
# Where no container ends with us, it would end somebody else.
trap 'kill "$guard" 2>/dev/null || true; rm -rf "$work"' EXIT

# For each node. One more than cores for all of them, as linking also waits; many would only wait for the same
# disk.
workers=$(nproc)
workers=$(((workers < 4 ? workers : 4) / ${#nodes[@]} + 1))
# A node's name before what went wrong there; without a node it went wrong for all.
exec {events}>&1
say() { (IFS=$'\t'; printf '%s\n' "$node"$'\t'"$*") >&"$events"; }
die() { one_line "${node:+$node: }$*" >&2; exit 1; }
cannot() { say cannot "${*//[[:cntrl:]]/ }"; exit 1; }
