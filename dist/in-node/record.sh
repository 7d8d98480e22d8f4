# Prints the node's containers, each time as one line of JSON, whenever some are made, for
# src/diagnose/recording/record-pods.ts. Runs in a node for as long as its standard input stays open.
export LC_ALL=C
set -m # so that what runs beside is a group of processes of its own, to be ended as one

list() { timeout 4 crictl ps --all --output json | tr -d '\n' && echo; }

# ctr leaves out a status of 0.
exit_pattern='"container_id":"([0-9a-f]+)","id":"([0-9a-f]+)"(.*"exit_status":([0-9]+))?.*"exited_at":[{]"seconds":([0-9]+)'

# tell_end EVENT: with what a container ended, for it may be removed before anybody asks.
tell_end() {
  [[ $1 != */tasks/exit* ]] || ! matters "$1" || echo "exited ${BASH_REMATCH[1]} ${BASH_REMATCH[4]:-0} ${BASH_REMATCH[5]}"
}

# Events of programs that are run in a container, such as probes, are about other IDs than its own.
matters() {
  case $1 in
    begin | */containers/create* | */tasks/start* | */tasks/oom*) true ;;
    */tasks/exit*) [[ $1 =~ $exit_pattern && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]] ;;
    *) false ;;
  esac
}

follow() {
  while read -r event; do
    matters "$event" || continue
    tell_end "$event"
    # They come in swarms: one list tells of all that wait already.
    while read -r -t 0 && read -r event; do tell_end "$event"; done
    list || return
    sleep 0.2
  done
}

# The second `begin` is for what was made before ctr listened.
events() {
  echo begin
  (sleep 1 && echo begin) &
  exec ctr --namespace k8s.io events
}

watch() {
  # containerd may be restarted, or about to end.
  while events | follow; do sleep 2; done
}

watch </dev/null &
cat >/dev/null
kill -- "-$!"
