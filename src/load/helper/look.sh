# What a node's containerd has of some images, for src/load/node-state.ts. Runs in the node itself.
# Arguments: a program in Perl, see containerd.pl; names of images.
export LC_ALL=C
client=$1
shift
snapshots=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots
ctl() { ctr --timeout 20s --namespace k8s.io "$@"; }

# CRI's images, as containerd.pl writes them; where there is no Perl, as crictl does.
list_cri() {
  local answers
  if answers=$(perl -e "$client" /run/containerd/containerd.sock <<<images); then
    echo "$answers"
  else
    crictl images -o json
  fi
}

# All at once: each takes as long as its program needs to start.
exec {snapshot_list}< <(ctl snapshots list) {content_list}< <(ctl content list) \
  {cri_list}< <(list_cri 2>/dev/null)
images=$(ctl images list "${@/#/name==}")

echo '== images'
echo "$images"
echo '== sound'
# What a killed load left is swept by a helper.
[[ -e "${snapshots%/*}/slipway" ]] || grep -o 'dev\.slipway/record=[0-9a-f.]*' <<<"$images" | sort -u | while IFS='=' read -r _ record; do
  IFS=. read -r image config _ folders <<<"$record"
  IFS=. read -ra numbers <<<"$folders"
  [[ "$(make_record "$image" "$config" "$snapshots" "${numbers[@]}")" != "$record" ]] || echo "$record"
done
echo '== snapshots'
cat <&"$snapshot_list"
echo '== content'
grep -F containerd.io/gc.ref.snapshot. <&"$content_list"
echo '== cri'
cat <&"$cri_list"
