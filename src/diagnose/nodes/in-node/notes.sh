# Prints the node's containers, each time as one line of JSON, whenever some are made, for
# src/diagnose/notes/take-notes.ts. Runs in a node for as long as its standard input stays open.
export LC_ALL=C
set -m # so that what runs beside is a group of processes of its own, to be ended as one

list() { timeout 4 crictl ps --all --output json | tr -d '\n' && echo; }

# Events of programs that are run in a container, such as probes, are about other IDs than its own.
is_news() {
  case $1 in
    begin | */containers/create* | */tasks/start* | */tasks/oom*) true ;;
    */tasks/exit*) [[ $1 =~ \"container_id\":\"([0-9a-f]+)\",\"id\":\"([0-9a-f]+)\" && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]] ;;
    *) false ;;
  esac
}

follow() {
  while read -r event; do
    is_news "$event" || continue
    # They come in swarms: one list tells of all that wait already.
    while read -r -t 0 && read -r event; do :; done
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
