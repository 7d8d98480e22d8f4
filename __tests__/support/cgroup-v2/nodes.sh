# Nodes and pods, as far as cgroups go: the folders, limits and namespaces that Docker, kind's kubelet
# and containerd make on cgroup v2. Sourced by stories.sh in the virtual machine of `script/testbed vm`.
top=/sys/fs/cgroup
declare -A node_path node_pid

# hex DIGIT: a container's ID.
hex() { printf "%064d" 0 | { read -r zeros; echo "${zeros//0/$1}"; }; }

# make_group PATH: with all above it; each hands the controllers on.
make_group() {
  local path='' part parts
  IFS=/ read -ra parts <<<"${1#/}"
  for part in "${parts[@]}"; do
    echo '+memory +cpuset +pids' >"$top$path/cgroup.subtree_control"
    path+=/$part
    [[ -d $top$path ]] || mkdir "$top$path"
  done
}

# within PATH COMMAND...: runs it in a cgroup.
within() (
  echo $BASHPID >"$top$1/cgroup.procs" && exec "${@:2}"
)

# start_node NAME PATH: its first process, in a cgroup namespace and with a mount of its own. As in kind
# that goes into init.scope: a cgroup with processes hands no controllers on.
start_node() {
  node_path[$1]=$2
  make_group "$2"
  rm -f "/tmp/$1"
  within "$2" unshare --cgroup --mount bash -c '
    umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && mkdir /sys/fs/cgroup/init.scope &&
    echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs && echo $$ >"/tmp/$0" && exec sleep 1000000' "$1" &
  until [[ -s /tmp/$1 ]]; do sleep 0.05; done
  node_pid[$1]=$(<"/tmp/$1")
}

# restart_node NAME: as `docker restart`; the container's cgroup is made anew.
restart_node() {
  local path=${node_path[$1]}
  kill "${node_pid[$1]}"
  wait "${node_pid[$1]}" 2>/dev/null
  remove_group "$path"
  start_node "$1" "$path"
}

remove_group() {
  local inner
  for inner in "$top$1"/*/; do [[ ! -d $inner ]] || remove_group "${inner#"$top"}/"; done
  rmdir "$top$1"
}

# in_node NAME COMMAND...: as `docker exec`.
in_node() {
  within "${node_path[$1]}/init.scope" nsenter --target "${node_pid[$1]}" --cgroup --mount "${@:2}"
}

# pod_path NODE UID, container_path NODE UID ID: as kubelet with its cgroup driver `systemd` has them.
pod_path() {
  local parent=/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice
  echo "${node_path[$1]}$parent/kubelet-kubepods-burstable-pod${2//-/_}.slice"
}
container_path() { echo "$(pod_path "$1" "$2")/cri-containerd-$3.scope"; }

# run_pod NODE UID ID LIMIT SCRIPT: a container with its first process, until all in it have ended. The
# cgroups stay, as those of a pod that has ended do for a while.
run_pod() {
  local path
  path=$(container_path "$1" "$2" "$3")
  make_group "$path"
  echo "$4" >"$top$path/memory.max"
  # As kubelet sets it on cgroup v2, unless it is told `singleProcessOOMKill`.
  echo "${oom_group:-1}" >"$top$path/memory.oom.group"
  within "$path" perl -e "$5" || true
  until [[ $(<"$top$path/cgroup.events") == *'populated 0'* ]]; do sleep 0.05; done
}

remove_pod() { remove_group "$(pod_path "$1" "$2")"; }

# wait_for PATH COUNT: processes in a cgroup.
wait_for() {
  local processes=()
  until [[ ${#processes[@]} -ge $2 ]]; do
    sleep 0.1
    mapfile -t processes <"$top$1/cgroup.procs"
  done
} 2>/dev/null

# Scripts of Perl's. Takes memory until something stops it; in children, the first process waits for them.
take_all='my $piece = "a" x (1 << 20); push @all, $piece . "b" while 1;'
in_children() { echo "for (1..$1) { fork or do { ${2-} $take_all } } 1 while wait != -1;"; }
# Waits for a file.
on() { echo "select undef, undef, undef, 0.02 until -e '/tmp/$1';"; }

# look LABEL NODE...: what src/diagnose/nodes/in-node/look.sh prints in each, as the action runs it.
look() {
  local node
  for node in "${@:2}"; do
    echo "##### $1 $node"
    # shellcheck disable=SC2086  # a command, or nothing
    in_node "$node" ${looker-} bash -c "$(</story/look.sh)" bash kernel-only
  done
} >&3
