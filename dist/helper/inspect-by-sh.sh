# What a node has whose only shell is BusyBox's: inspect.sh without records. Its `ctr` knows its containerd.
# Argument: the snapshotter that CRI uses there.
set -e
export LC_ALL=C CONTAINERD_SNAPSHOTTER=$1
ctl() { ctr --namespace k8s.io "$@"; }

own=$(mktemp -d)
trap 'rm -r "$own"' EXIT
by_ctr_snapshots
by_ctr_held
by_ctr_images
