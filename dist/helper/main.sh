# The story of one node.

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

# In the background; what is there already can be inspected meanwhile.
choose_and_stage() {
  choose_method
  if [[ "$method" == copy ]]; then report_copying & reporter=$!; fi
  start_staging
}

load_node() {
  local lock reporter='' known='' i copied=0 method=present root staging own=$work/of.$node
  local asking='' answering announced manifest_digest=''
  local -A committed=()
  local -a adopted=() missing=() broken=() published=() imported=() present=() strays=()
  mkdir -p "$own"
  start_client
  find_root
  staging=$root/slipway
  exec {lock}<"$root/snapshots"
  flock --wait "$deadline" "$lock" || cannot 'another load holds the node'
  [[ ! -L "$staging" ]] || die "$staging is a link"
  trap undo EXIT
  trap 'exit 143' TERM
  # A client that ends early must not end us.
  trap : PIPE
  await_client
  read_node
  sweep
  for i in "${!chains[@]}"; do [[ -n "${committed[${chains[i]}]-}" ]] || missing+=("$i"); done
  ((${#missing[@]} == 0)) || choose_and_stage
  read_present
  find_broken
  if ((${#broken[@]} > 0)); then
    [[ "$method" != present ]] || choose_method
    repair
  fi
  ((${#missing[@]} == 0)) || publish_staged
  [[ -z "$reporter" ]] || kill "$reporter" || true
  until [[ -s "$work/digest" ]]; do sleep 0.01; done
  manifest_digest=$(<"$work/digest")
  import_image
  check_image
  # The image holds on to its snapshots by now.
  release "${published[@]:(-1)}" "${adopted[@]}"
  check_cri
  trap - EXIT
  rm -rf "$staging"
  say loaded "$((${#missing[@]} + ${#broken[@]}))" "$copied" "$method"
}

for_each_node load_node
