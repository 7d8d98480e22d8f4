# Remembers an image that came as a tar, as the helper does for those that came by their folders. Runs
# in the node itself, for src/load/stream.ts.
# Arguments: the run, Docker's ID of the image, the config's digest, its top chain or nothing, a name
# that the node has it by, further names for it.
set -euo pipefail
export LC_ALL=C
run=$1 image=$2 config=$3 top=$4 given=$5
shift 5
root=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs
ctl() { ctr --timeout 20s --namespace k8s.io "$@"; }

for name in "$@"; do ctl images tag --force "$given" "$name" >/dev/null; done
numbers=() lowers=()
if [[ -n "$top" && -d "$root/snapshots" ]]; then
  read_mounts "$(ctl snapshots view --mounts "slipway/$run/mark" "$top")"
  ctl snapshots remove "slipway/$run/mark" 2>/dev/null || true
fi
for lower in "${lowers[@]}"; do
  [[ "$lower" =~ /snapshots/([0-9]+)/fs$ ]]
  numbers+=("${BASH_REMATCH[1]}")
done
record=$(make_record "$image" "$config" "$root/snapshots" "${numbers[@]}")
for name in "$given" "$@"; do ctl images label "$name" "dev.slipway/record=$record" >/dev/null; done
