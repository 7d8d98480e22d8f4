# What a node, and the kernel under it, tell of kills and restarts, for src/diagnose/nodes/node-report.ts.
# Runs in a node, or, as `kernel-only`, on the runner itself where the nodes are gone. It changes nothing, and
# prints of the kernel's log only what is said of kills for memory, and between which times it reaches.
export LC_ALL=C
section() { echo "== $1"; }

# Only these fields: what else is known of a container holds its environment.
list_ended() {
  crictl ps --all --quiet --state Exited | head -n 30 | while read -r id; do
    crictl inspect --output go-template --template \
      '{{.status.id}} {{.status.exitCode}} {{.status.reason}} {{.status.finishedAt}}' "$id"
    echo
  done
}
read_log() { dmesg 2>&1 || sudo -n dmesg 2>/dev/null; }
export -f list_ended read_log

# Of what Slipway has mounted in the node: gone with the node's restart. Others may write there, too.
list_unmounted() {
  cd /var/lib/slipway-files 2>/dev/null || return
  local name target id way count=0
  for name in *; do
    [[ $name =~ ^[0-9a-f]{32}$ && -f $name && ! -L $name ]] || continue
    ((++count <= 500)) || break
    IFS=$'\t' read -r -n 4000 _ target id _ way _ <"$name"
    [[ $way == mount && $target == /* && $id =~ ^[0-9a-f]{16}$ ]] || continue
    mountpoint -q -- "$target.$id" || echo "$target"
  done
}

# All at once, and none for long: whoever waits for us waits 4 s.
exec {log}< <(timeout 3 bash -c read_log)
if [[ "${1-}" != kernel-only ]] && command -v crictl >/dev/null; then
  exec {images}< <(timeout 3 ctr --namespace k8s.io images list --quiet) \
    {containers}< <(timeout 3 crictl ps --all --output json) {ended}< <(timeout 3 bash -c list_ended)
fi

section boot
cat /proc/sys/kernel/random/boot_id
section clock
date +%s.%N
cut -d ' ' -f 1 /proc/uptime
section kills
grep -w '^oom_kill' /proc/vmstat
section events # of the node as a whole; cgroup v2 alone has this
cat /sys/fs/cgroup/memory.events 2>/dev/null

section log
awk <&"$log" '
  # Some kernels say who wrote a line, in brackets after the time.
  /^\[ *[0-9]+\.[0-9]+\](\[ *[CT][0-9]+\])? / {
    stamp = substr($0, 2, index($0, "]") - 2)
    if (first == "") first = stamp
    last = stamp
    # A heading that names long cgroups goes on in the next lines.
    if (goes_on && !/\] [,\/]/) goes_on = 0
    if (/oom-kill:constraint=/) goes_on = 1
    if (goes_on || / invoked oom-killer: |memory: usage .* limit |Tasks? in .* (killed as a result of limit of |due to memory.oom.group)|Killed process [0-9]+ /) print
    if (/,pid=[0-9]+,uid=[0-9]+$/) goes_on = 0
    next
  }
  /dmesg: / { refused = $0 }
  END { if (first == "") print "unread " refused; else print "reach " first " " last }'

[[ -n "${images-}" ]] || exit 0
section unmounted
list_unmounted
section images
cat <&"$images"
section containers
cat <&"$containers"
section ended
cat <&"$ended"
exit 0
