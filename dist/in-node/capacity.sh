# What a node really has, for src/cluster/capacity.ts. Runs in the node itself, in any sh. A line each, which
# begins with what it tells. Argument: who made the cluster.
export LC_ALL=C
provider=$1
cgroups=/sys/fs/cgroup

# Of those that all cgroups around this process let it use.
echo "cores $(nproc)"

if [ -e $cgroups/memory/memory.stat ]; then
  # Version 1. This is the lowest limit of the node's own cgroup and of all that are above it.
  echo "memory-around $(sed -n 's/^hierarchical_memory_limit //p' "$cgroups/memory/memory.stat")"
  echo "cpu $(cat $cgroups/cpu/cpu.cfs_quota_us) $(cat $cgroups/cpu/cpu.cfs_period_us)"
elif [ -e $cgroups/memory.max ]; then
  echo "memory $(cat $cgroups/memory.max)"
  echo "cpu $(cat $cgroups/cpu.max)"
fi

# Device, block size, blocks, free blocks, inodes, free inodes. In k3d's nodes, /var is no volume.
disk=/var
[ "$provider" != k3d ] || disk=/var/lib/rancher/k3s
echo "disk $(stat -L -c %d $disk) $(stat -f -c '%S %b %a %c %d' $disk)"

# Such as v1.35.0; kind writes it into its images, and minikube's kubelet runs out of a folder that is called so.
if [ -r /kind/version ]; then
  # The line may have no end.
  read -r version </kind/version || :
  printf 'kubernetes %.100s\n' "$version"
elif [ "$provider" = minikube ]; then
  main=$(timeout 2 systemctl show --property MainPID --value kubelet 2>/dev/null)
  tr '\0' '\n' 2>/dev/null <"/proc/${main:-0}/cmdline" |
    sed -n '1s#^/var/lib/minikube/binaries/\(v[0-9][^/]*\)/kubelet$#kubernetes \1#p'
fi

# When kubelet evicts pods and removes images. Nothing else of its configuration is printed. K3s has, from 1.32 on,
# files of which the later ones come before. On a machine its flags are not to be seen, which come before them.
set -- /var/lib/kubelet/config.yaml
[ "$provider" != k3d ] || set -- /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/*.conf
if [ -r "$1" ]; then
  echo kubelet
  awk '/^[^ ]/ { setting = $1 }
    setting == "evictionHard:" || setting == "imageGCHighThresholdPercent:"' "$@"
fi
