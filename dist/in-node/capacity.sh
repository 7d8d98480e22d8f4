# What a node really has, for src/cluster/capacity.ts. Runs in the node itself. A line each, which
# begins with what it tells.
export LC_ALL=C
cgroups=/sys/fs/cgroup

# Of those that all cgroups around this process let it use.
echo "cores $(nproc)"

if [[ -e $cgroups/memory/memory.stat ]]; then
  # Version 1. This is the lowest limit of the node's own cgroup and of all that are above it.
  echo "memory-around $(sed -n 's/^hierarchical_memory_limit //p' "$cgroups/memory/memory.stat")"
  echo "cpu $(<"$cgroups/cpu/cpu.cfs_quota_us") $(<"$cgroups/cpu/cpu.cfs_period_us")"
elif [[ -e $cgroups/memory.max ]]; then
  echo "memory $(<"$cgroups/memory.max")"
  echo "cpu $(<"$cgroups/cpu.max")"
fi

# Device, block size, blocks, free blocks, inodes, free inodes.
echo "disk $(stat -L -c %d /var) $(stat -f -c '%S %b %a %c %d' /var)"

# Such as v1.35.0; kind writes it into its images.
if [[ -r /kind/version ]]; then
  # The line may have no end.
  read -r version </kind/version || :
  echo "kubernetes ${version:0:100}"
fi

# When kubelet evicts pods and removes images. Nothing else of its configuration is printed.
config=/var/lib/kubelet/config.yaml
if [[ -r $config ]]; then
  echo kubelet
  awk '/^[^ ]/ { setting = $1 }
    setting == "evictionHard:" || setting == "imageGCHighThresholdPercent:"' "$config"
fi
