# What a machine's own containerd is, for src/cluster/providers/containerd.ts; for any sh. A line for each fact,
# tab-separated; `ctr` finds the containerd by its variable.
export LC_ALL=C
limited() { ctr --connect-timeout 2s --timeout 5s "$@"; }

for tool in bash ctr crictl perl flock tar; do
  ! command -v "$tool" >/dev/null 2>&1 || printf 'tool\t%s\n' "$tool"
done
case $(cp --version 2>/dev/null) in *GNU*) printf 'tool\tcp\n' ;; esac
command -v ctr >/dev/null 2>&1 || exit 0

printed=$(limited version 2>&1) || {
  printf 'silent\t%s\n' "$(printf '%s' "$printed" | tail -n 1 | tr -d '\t')"
  exit 0
}
printf '%s\n' "$printed" |
  awk '/^Server/ { seen = 1 } seen && $1 == "Version:" { print "version\t" $2; exit }'
# Its type, its name, for what, and how it is.
limited plugins list | awk '$1 == "io.containerd.grpc.v1" && $2 == "cri" { print "cri\t" $NF }'
root=$(limited plugins list --detailed id==overlayfs | awk '$1 == "root" || $2 == "root" { print $NF; exit }')
# In a container, the machine's folder may be out of sight.
[ ! -d "$root/snapshots" ] || [ ! -w "$root/snapshots" ] || printf 'overlayfs\t%s\n' "$root"
# Which snapshotter CRI uses, it says by the folder of its images, the first of those that it names. Without crictl,
# what kubelet has had pulled says it; a new cluster has pulled nothing yet.
{
  crictl --timeout 5s imagefsinfo 2>/dev/null |
    sed -nE 's/.*"mountpoint": *"[^"]*\/io\.containerd\.snapshotter\.v1\.([a-z0-9_-]+)".*/\1/p'
  limited --namespace k8s.io content list |
    sed -nE 's/.*containerd\.io\/gc\.ref\.snapshot\.([a-z0-9_-]+)=.*/\1/p' | sort | uniq -c | sort -rn | awk '{ print $2 }'
} | awk 'NR == 1 { print "snapshotter\t" $1 }'
