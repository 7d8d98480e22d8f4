# Is all up? In words, and in one quick answer for `up`.

all_up() {
  is_own || github_up || return 1
  [[ $engine == host ]] || { fresh "$parts" "$(parts_hash)" && [[ -x $state/bin/docker ]]; } || return 1
  engine_up && engine_current || return 1
  image_is "$base_image" "$(base_hash)" || return 1
  if real_cluster; then return; fi
  image_is "$node_image" "$(node_hash "$suite")" || return 1
  if is_own; then return; fi
  local name
  for name in "$cluster-control-plane" "$cluster-worker"; do
    node_ready "$name" || return 1
  done
}

node_ready() { limit=5 dk exec "$1" test -e /run/testbed-ready >/dev/null 2>&1; }

status() {
  printf '%-24s %s\n' "engine ($engine${suite:+, $suite})" "$(engine_line)"
  engine_up || return 1
  image_line "$base_image"
  real_cluster || image_line "$node_image"
  node_lines
  printf '%-24s %s\n' GitHub "$(github_line)"
  all_up
}

engine_line() {
  if ! engine_up; then
    echo "down   $socket"
    return
  fi
  local where=$socket
  [[ $engine != host ]] || where=$(dk context inspect --format '{{.Endpoints.docker.Host}}')
  echo "up     $(dk info --format '{{.ServerVersion}} {{.Driver}}')   $where"
}

image_line() {
  local id
  id=$(dk image inspect --format '{{.Id}}' "$1" 2>/dev/null) || id=''
  if [[ -n $id ]]; then id="there  ${id:0:19}"; fi
  printf '%-24s %s\n' "image ${1#slipway-testbed/}" "${id:-missing}"
}

node_lines() {
  local name role run version
  while read -r name role run; do
    version=$(dk exec "$name" containerd --version 2>/dev/null | awk '{ print $3 }') || version=''
    printf '%-24s %-6s %s, containerd %s\n' "$name" "$run" "$role" "${version:--}"
  done < <(dk ps --all --filter "label=$node_label=$cluster" \
    --format '{{.Names}} {{.Label "io.x-k8s.kind.role"}} {{.State}}')
}
