# Prints the node's containers, each time as one line of JSON, whenever some are made, for
# src/diagnose/take-notes.ts. Runs in a node for as long as its standard input stays open.
export LC_ALL=C
set -m # so that what runs beside is a group of processes of its own, to be ended as one

list() { timeout 4 crictl ps --all --output json | tr -d '\n' && echo; }

watch() {
  while list; do
    ctr --namespace k8s.io events | while read -r event; do
      [[ $event == */containers/create* || $event == */tasks/start* ]] || continue
      # They come in swarms, and one list tells of all.
      while read -r -t 0.3 event; do :; done
      list || break
    done
    # containerd was restarted, or is about to end.
    sleep 2
  done
}

watch </dev/null &
cat >/dev/null
kill -- "-$!"
