# All nodes of a request, side by side.

for_each_node() {
  local entry job failed=0
  node=''
  mkdir -p "$work/blobs/sha256" "$work/layers"
  "read_$store"
  for entry in "${nodes[@]}"; do
    IFS=$'\t' read -r node pid node_root host_root <<<"$entry"
    [[ "$pid" != self ]] || pid=$$
    ("$1") &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || failed=1; done
  exit "$failed"
}
