# Export lines for a shell.

export_line() { printf 'export %s=%q\n' "$1" "$2"; }

print_env() {
  local entry path=$state/bin entries
  IFS=: read -ra entries <<<"$PATH"
  for entry in "${entries[@]}"; do
    # Not the folder of an engine chosen before.
    [[ $entry == "$root"/*/bin ]] || path=$path:$entry
  done
  export_line PATH "$path"
  if [[ $engine != host ]]; then
    export_line DOCKER_HOST "unix://$socket"
    export_line DOCKER_CONFIG "$state/config"
    export_line SLIPWAY_TESTBED_ENGINE "$engine-$suite"
  else
    export_line SLIPWAY_TESTBED_ENGINE host
  fi
  export_line SLIPWAY_NODE_IMAGE "$(used_node_image)"
  export_line SLIPWAY_BASE_IMAGE "$base_image"
  export_line SLIPWAY_CLUSTER "$cluster"
  export_line SLIPWAY_TESTBED_DIR "$root"
  github_env
}

used_node_image() {
  if real_cluster; then
    dk inspect --format '{{.Config.Image}}' \
      "$(dk ps --quiet --filter "label=$node_label=$cluster" | head -n 1)"
  else
    echo "$node_image"
  fi
}
