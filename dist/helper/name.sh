# Gives an image that has come as a tar its names and its manifest, as the helper does for those that came by
# their folders. Runs in the node itself, for src/load/name-image.ts.
# Arguments: a program in Perl, see containerd.pl; the name that it has come by; the run; Docker's ID of the
# image; the config's digest; the chains of overlayfs in one word, or nothing; the digest of the manifest and the
# manifest, or nothing for what it has come with; names.
set -euo pipefail
export LC_ALL=C
client=$1 run=$3 image=$4 config_digest=$5 manifest_digest=$7
read -ra chains <<<"$6"
names=("${@:9}") present=() missing=() node=''
pid=${SLIPWAY_SOCKET:+$$} root=${SLIPWAY_SNAPSHOTTER:-/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs}
die() { one_line "$*" >&2; exit 1; }
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
own=$work/own
mkdir -p "$own" "$work/blobs/sha256"
if [[ -n "$8" ]]; then
  printf '%s' "$8" >"$work/manifest"
else
  read -r _ _ manifest_digest _ < <(ctl images list "name==$2" | tail -n +2)
  ctl content get "$manifest_digest" >"$work/manifest"
fi
cp "$work/manifest" "$work/blobs/sha256/${manifest_digest#sha256:}"
ctl content get "$config_digest" >"$work/blobs/sha256/${config_digest#sha256:}"
start_client
await_client
give_names() {
  read_present
  import_image
}
give_names
