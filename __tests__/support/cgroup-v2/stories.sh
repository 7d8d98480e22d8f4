# What kills for memory look like on a real kernel with cgroup v2. Between two looks something happens;
# __tests__/scenarios/cgroup-v2.test.ts says what Slipway has to make of it.
set -u
cd "${BASH_SOURCE[0]%/*}" || exit
. ./nodes.sh

# Only looks are printed, and not what bash says of each process that was killed.
exec 3>&1 >/dev/null 2>&1

# One form of each of Docker's cgroup drivers.
plane=/docker/$(hex a) worker=/system.slice/docker-$(hex b).scope
shop=0d3f1c5e-1111-4222-8333-444455556666
gone=5c5c5c5c-1111-4222-8333-444455556666

# A service on the machine that is none of the cluster's business.
outside() {
  make_group /system.slice/runner.service
  echo 20M >$top/system.slice/runner.service/memory.max
  within /system.slice/runner.service perl -e "$take_all" || true
}

apart() {
  run_pod plane $shop "$(hex 1)" 50M "$take_all"
  run_pod worker $gone "$(hex 0)" 50M "$take_all"
  remove_pod worker $gone
  outside
}

inside() {
  oom_group=0 run_pod plane $shop "$(hex 1)" 50M "$(in_children 1)"
  run_pod worker $shop "$(hex 2)" 50M "$(in_children 3)"
}

# limited GROUP NODE ID: whose limit it is depends on the group.
limited() {
  make_group "$1"
  echo 40M >"$top$1/memory.max"
  run_pod "$2" $shop "$3" max "$take_all"
  echo max >"$top$1/memory.max"
}

limits() {
  limited "$(pod_path plane $shop)" plane "$(hex 3)"
  limited $worker worker "$(hex 4)"
  limited /docker plane "$(hex 5)"
}

# Kills by the dozen at one moment: of those within 5 s, the kernel writes headings for ten.
often() {
  local pids=()
  oom_group=0 run_pod plane $shop "$(hex 6)" 40M "$(in_children 14 "$(on go)")" & pids+=($!)
  run_pod worker $shop "$(hex 7)" 10M "$(on go-7) $take_all" & pids+=($!)
  oom_group=0 run_pod worker $shop "$(hex 8)" 10M "$(on go-8) $take_all" & pids+=($!)
  wait_for "$(container_path plane $shop "$(hex 6)")" 15
  wait_for "$(container_path worker $shop "$(hex 7)")" 1
  wait_for "$(container_path worker $shop "$(hex 8)")" 1
  # What came before does not count.
  sleep 5.5
  : >/tmp/go && wait "${pids[0]}"
  : >/tmp/go-7 && wait "${pids[1]}"
  : >/tmp/go-8 && wait "${pids[2]}"
}

# More than the kernel's log holds, in lines as long as it takes them.
fill_log() {
  local line
  line=$(printf '%0900d' 0)
  for _ in $(seq 300); do echo "<6>$line" >/dev/kmsg; done
}

both() {
  run_pod plane $shop "$(hex 9)" 20M "$take_all"
  outside
}

wrapped() {
  both
  fill_log
}

restarted() {
  restart_node worker
  run_pod worker $shop "$(hex 9)" 20M "$take_all"
  fill_log
}

nested() { run_pod nested $shop "$(hex 1)" 20M "$take_all"; }
refused() { both; }
machine() { run_pod plane $shop "$(hex e)" max "$take_all"; }

# story NAME: happens, and is looked at.
story() {
  "$1"
  look "$1" "${nodes[@]}"
}

echo "##### kernel $(uname -r)" >&3
start_node plane "$plane"
start_node worker "$worker"
nodes=(plane worker)
look begin "${nodes[@]}"
story apart
story inside
story limits
story often
story wrapped
story restarted

nodes=(plane)
echo 1 >/proc/sys/kernel/dmesg_restrict
looker='setpriv --bounding-set=-syslog,-sys_admin'
look refused-begin plane
story refused
looker=''

# As in a pod of a self-hosted runner: the kernel's lines become too long for it.
pod=kubepods-burstable-pod12345678_1111_4222_8333_444455556666.slice
start_node nested "/kubepods.slice/kubepods-burstable.slice/$pod/cri-containerd-$(hex d).scope/docker/$(hex c)"
nodes=(nested)
look nested-begin nested
story nested

nodes=(plane)
look machine-begin plane
story machine
