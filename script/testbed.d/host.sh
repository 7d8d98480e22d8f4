# What the machine has of its own: it is used, never changed.

# A docker client alone is no engine, so ask for the server.
host_engine_runs() {
  command -v docker >/dev/null || return 1
  # Without DOCKER_HOST and a context there is one socket to look at: look, as
  # starting the client costs 30 ms.
  if [[ -z ${DOCKER_HOST:-}${DOCKER_CONTEXT:-} && ! -S /var/run/docker.sock ]] &&
    ! grep -qs currentContext "${DOCKER_CONFIG:-${HOME:-/root}/.docker}/config.json"; then
    return 1
  fi
  timeout 5 docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# select_engine ENGINE SUITE, both may be empty. A shell that took over `env`
# has chosen before: SLIPWAY_TESTBED_ENGINE is ENGINE-SUITE, or `host`.
select_engine() {
  local before=${SLIPWAY_TESTBED_ENGINE:-}
  if [[ -z $1 && -n ${before#host} ]]; then
    set_paths "${before%-*}" "${2:-${before#*-}}"
  elif [[ -z $1 ]] && host_engine_runs; then
    set_paths host "${2:-forky}"
    host_docker=$(command -v docker)
  else
    set_paths "${1:-overlay2}" "${2:-forky}"
  fi
}

# The docker client against the engine in question; `limit=5 dk ...` gives up
# after so many seconds.
dk() {
  if [[ $engine == host ]]; then
    ${limit:+timeout "$limit"} "$host_docker" "$@"
  else
    DOCKER_HOST=unix://$socket DOCKER_CONFIG=$state/config DOCKER_CONTEXT='' \
      ${limit:+timeout "$limit"} "$parts/usr/bin/docker" "$@"
  fi
}

# A cluster that kind itself made: nodes that do not carry this testbed's label.
real_cluster() {
  [[ $engine == host ]] || return 1
  local id
  while read -r id own; do
    [[ $own == node ]] || return 0
  done < <(dk ps --filter "label=$node_label=$cluster" --format '{{.ID}} {{.Label "slipway-testbed"}}')
  return 1
}

# install PACKAGE...: from the machine's own suite.
install_packages() {
  # Package lists may be missing or old.
  install_now "$@" >"$logs/apt-install.log" 2>&1 ||
    { quiet "$logs/apt-update.log" apt-get update && quiet "$logs/apt-install.log" install_now "$@"; }
}

install_now() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-unsafe-io "$@"
}

# need COMMAND=PACKAGE...: installs what is missing, in one go.
need() {
  local pair missing=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [[ ${#missing[@]} -eq 0 ]] || step "installing ${missing[*]}" install_packages "${missing[@]}"
}
