# What of a node Slipway works with; for the sh that each node has. A line for each thing that is there.
for tool in bash perl ctr crictl tar nsenter flock; do
  ! command -v "$tool" >/dev/null 2>&1 || echo "tool $tool"
done
case $(cp --version 2>/dev/null) in *GNU*) echo 'tool cp' ;; esac
[ ! -S /run/containerd/containerd.sock ] || echo 'socket'
echo "containerd $(containerd --version 2>/dev/null | grep -o '[0-9][0-9]*\.[0-9][0-9.]*' | head -n 1)"
! ctr --connect-timeout 1s --timeout 2s version >/dev/null 2>&1 || echo 'answers'
! crictl --timeout 2s version >/dev/null 2>&1 || echo 'cri'
echo "filesystem $(stat -f -c %T /var/lib/containerd 2>/dev/null)"
