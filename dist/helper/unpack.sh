#!/bin/bash
# Unpacks layers beside the nodes, into a volume of this container's own that goes with it; nodes get links
# to what is in it. Runs in a helper container made from the nodes' image. The parts of this script are joined in
# the order in which src/load/helper.ts names them.
#
# Standard input, tab-separated lines; its end (the action died) is ours:
#   layer CHAIN INDEX DIFF_ID FILE [proven]    (a layer's tar below /slipway-layers, and which layer of an image it
#                                               is; whether the action compared its digest when it wrote it)
#   parents CHAIN INDEX LOWER...      (once that is done, with the chains below it, lowest first)
#   config DIGEST FILE                (an image's config, which nodes get, too)
#   end
# Standard output, one line for each of these, in any order: done WORD NAME | failed WORD NAME REASON
set -euo pipefail
export LC_ALL=C
umask 022

tell() { (IFS=$'\t'; printf '%s\n' "$*"); }
die() { one_line "$*" >&2; exit 1; }

work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
staging=/slipway

# What of the functions for a node is the same for each layer: where it goes, where notes of it are.
take_place() {
  run=$1 i=$2 own=$work/$1
  mkdir -p "$own" "$staging/$run/to"
}

unpack_beside() {
  local -a diffs unpackers
  # shellcheck disable=SC2034  # read by sum_layer
  local proven=${5-}
  take_place "$1" "$2"
  diffs[i]=$3 unpackers[i]=cat
  # The builder's and the cache's tars are called by their digests.
  layout=/slipway-layers/${4%/*}
  [[ "${4##*/}" == "${3#sha256:}" ]] || die "$4 is no layer's tar"
  unpack_layer here "$i" "$staging/$run/to/$i"
}

give_parents() {
  local below=0 chain
  local -a present=()
  take_place "$1" "$2"
  for chain in "${@:3}"; do
    present[below]=$staging/$chain/to/$below
    below=$((below + 1))
  done
  give_parents_attributes "$i"
}

take_config() {
  cp --no-target-directory -- "/slipway-layers/$2" "$staging/${1#sha256:}"
  [[ "$(digest_of "$staging/${1#sha256:}")" == "$1" ]] || die "what came as $1 is something else"
}

# A subshell of its own each: where one ends, the others go on.
answer() {
  local word=$1 name=$2 log=$work/log.$1.$2
  shift
  # Not as a condition, in which `set -e` would not count.
  ("$act" "$@" 2>"$log" >/dev/null) &
  local job=$!
  if wait "$job"; then tell 'done' "$word" "$name"; else tell failed "$word" "$name" "$(one_line "$(tail -n 1 "$log")")"; fi
}

while IFS=$'\t' read -ra words; do
  case ${words[0]} in
    layer) act=unpack_beside ;;
    parents) act=give_parents ;;
    config) act=take_config ;;
    *) exit ;;
  esac
  # shellcheck disable=SC2034  # read by those that it starts
  answer "${words[@]}" &
done
