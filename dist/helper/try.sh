# How a load would bring layers into each node, tried with a real file and a real whiteout of Docker's; nothing
# stays. Standard output: NODE would METHOD REASON, the reason why it is not a better one.

# A journal that a killed load left is the next load's.
clear_probes() {
  rm -rf "$staging"/probe.*
  rmdir "$staging" 2>/dev/null || true
}

try_node() {
  local lock root staging method keep reason='' own=$work/of.$node
  mkdir -p "$own"
  find_root
  staging=$root/slipway
  exec {lock}<"$root/snapshots"
  flock --wait 1 "$lock" || cannot 'another load holds the node'
  [[ ! -L "$staging" ]] || die "$staging is a link"
  trap clear_probes EXIT
  trap 'exit 143' TERM
  choose_method
  [[ "$method" != copy || ! -s "$own/probe.link" ]] || reason=$(tail -n 1 "$own/probe.link")
  clear_probes
  say would "$method" "${reason//[[:cntrl:]]/ }"
}

for_each_node try_node
