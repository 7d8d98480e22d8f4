# The story of one node, and of all of them.

# Where the node's snapshots are on the one mount; where something else is mounted over them in the
# node, only the node's own view is true, and links cannot reach it.
find_root() {
  local seen=/proc/$pid/root$node_root on_host
  [[ -d "$seen/snapshots" ]] || cannot "no overlayfs snapshots at $node_root"
  on_host=$(inside "$host_root")
  root=$seen
  if [[ "$host_root" == "$mounted"/* && "$on_host/snapshots" -ef "$seen/snapshots" ]]; then root=$on_host; fi
}

free_bytes() { echo $(($(stat --file-system --format '%f * %S' "$staging"))); }

# Says every two seconds how far a copy has come, by what its filesystem has lost.
report_copying() {
  local total start now
  total=$(for i in "${missing[@]}"; do du --bytes --summarize "${folders[i]}"; done | awk '{ sum += $1 } END { print sum + 0 }')
  start=$(free_bytes)
  while sleep 2; do
    now=$(free_bytes)
    say copying "$((start > now ? start - now : 0))" "$total"
  done
}

load_node() {
  local lock announced reporter='' known='' i copied=0 way=present root staging own=$work/$node
  local cri remembering has_client asking answering publisher releasing='' releaser='' first_missing='' upper=''
  local -A committed=()
  local -a adopted=() missing=() broken=() published=() imported=() lowers=() present=() strays=()
  find_root
  staging=$root/slipway
  mkdir -p "$own"
  exec {lock}<"$root/snapshots"
  flock --wait "$deadline" "$lock" || cannot 'another load holds the node'
  [[ ! -L "$staging" ]] || die "$staging is a link"
  trap undo EXIT
  trap 'exit 143' TERM
  # A client that ends early must not end us.
  trap : PIPE
  find_client
  read_node
  sweep
  for i in "${!chains[@]}"; do [[ -n "${committed[${chains[i]}]-}" ]] || missing+=("$i"); done
  read_present
  find_broken
  if ((${#missing[@]} + ${#broken[@]} > 0)); then
    mkdir -p "$staging"
    choose_way
    if [[ "$way" == copy ]]; then report_copying & reporter=$!; fi
    ((${#broken[@]} == 0)) || repair
    ((${#missing[@]} == 0)) || stage_and_publish
    [[ -z "$reporter" ]] || kill "$reporter" || true
  fi
  imported=("${names[@]}")
  ctl images import "$work/image.tar" >/dev/null
  check_cri &
  cri=$!
  remember &
  remembering=$!
  # The image holds on to its snapshots by now.
  local -a unneeded=("${published[@]:(-1)}" "${adopted[@]}")
  if ((${#unneeded[@]} > 0)); then release "${unneeded[@]}" & releasing=$!; fi
  check_image
  wait_for_all "$cri" "$remembering" $releaser $releasing
  trap - EXIT
  rm -rf "$staging"
  say loaded "$((${#missing[@]} + ${#broken[@]}))" "$copied" "$way"
}

node=''
mkdir -p "$work/blobs/sha256" "$work/layers"
"read_$store"
write_archive
# Docker's layers under their numbers, as each node's are staged.
for i in "${!chains[@]}"; do ln -s "${folders[i]}" "$work/layers/$i"; done
for entry in "${nodes[@]}"; do
  IFS=$'\t' read -r node pid node_root host_root <<<"$entry"
  (load_node) &
  jobs+=($!)
done
failed=0
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
