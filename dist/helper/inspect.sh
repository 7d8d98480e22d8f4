# What a node's containerd and CRI have, for src/load/node-state.ts: in the words of containerd.pl, whose
# labels are all that is said where a name has no record. They are left out where the layers do not look any
# more as they did when the label was written. Runs in the node itself. Arguments: a program in Perl, see
# containerd.pl; the snapshotter that CRI uses there; names of images, or none for all that there is but labels.
export LC_ALL=C CONTAINERD_SNAPSHOTTER=$2
client=$1 pid=${SLIPWAY_SOCKET:+$$} patience=20s
shift 2
snapshots=${SLIPWAY_SNAPSHOTTER:-/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs}/snapshots

report() {
  local answers
  # Without names, printf would print its format once.
  answers=$( (printf 'state'; (($# == 0)) || printf '\t%s' "$@"; echo) | client) && echo "$answers"
}

report_by_ctr() {
  own=$(mktemp -d -p /dev/shm)
  (($# == 0)) || by_ctr_labels "$@"
  by_ctr_snapshots
  by_ctr_held
  by_ctr_images
  rm -r "$own"
}

declare -A checked=()
{ report "$@" || report_by_ctr "$@" 2>/dev/null; } | while IFS= read -r line; do
  IFS=$'\t' read -r word _ record <<<"$line"
  if [[ "$word" == label ]]; then
    # What a killed load left is swept by a helper.
    [[ "$record" =~ ^[0-9a-z.]+$ && ! -e "${snapshots%/*}/slipway" ]] || continue
    IFS=. read -r image config _ folders <<<"$record"
    IFS=. read -ra numbers <<<"$folders"
    [[ -n "${checked[$record]-}" ]] || checked[$record]=$(make_record "$image" "$config" "$snapshots" "${numbers[@]}")
    [[ "${checked[$record]}" == "$record" ]] || continue
  fi
  printf '%s\n' "$line"
done
