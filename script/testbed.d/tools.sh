# What docs/recipes.md fetches private dependencies with, in an image that stands for the bases which its recipes
# name, as nobody can pull those here. Made when it is asked for first, as it has more than a gigabyte.

tools_image=slipway-testbed/tools:latest
tools_packages=base-files,base-passwd,bash,coreutils,dash,git,sed,golang-go,cargo,python3-poetry,kustomize
# Debian has none. Newer ones have programs for other machines that not every mirror serves.
pnpm_version=12.4.2

# Unpacked and not set up, which takes a third less: these packages need no more than that.
tools_hooks=(
  'cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"'
  'ln -s gcc "$1/usr/bin/cc"'
  'cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"'
  # Where npm does not reach its registry, it asks again for long, and the testbed's lock is held.
  'timeout 300 npm install --global --prefix "$1/usr/local" --no-audit --no-fund --loglevel=error "pnpm@$PNPM" >&2'
)

tools_hash() {
  recipe_hash "$(node_base_suite)" "$tools_packages" "$pnpm_version" "${tools_hooks[@]}" "$(declare -f make_tools)"
}

make_tools() {
  local hooks=() hook
  for hook in "${tools_hooks[@]}"; do hooks+=(--extract-hook="$hook"); done
  PNPM=$pnpm_version mmdebstrap --mode=root --variant=extract --quiet --include="$tools_packages" \
    --components="$(components)" --keyring="$(keyring)" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
    "${hooks[@]}" "$(node_base_suite)" - "$(mirror)" |
    dk import --change "LABEL slipway-testbed=$(tools_hash)" \
      --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$tools_image" && return
  # Docker has imported what came until then.
  dk rmi --force "$tools_image"
  return 1
}

provide_tools_image() {
  image_is "$tools_image" "$(tools_hash)" && return
  step "making $tools_image" quiet "$logs/tools.log" make_tools
}

# tools_command: prints the image's name.
tools_command() {
  is_debian || die 'tools: they are packages of Debian, and this machine is none'
  engine_up || die "the engine is down: script/testbed up"
  need mmdebstrap=mmdebstrap
  # Who finds it there has nothing to wait for.
  image_is "$tools_image" "$(tools_hash)" || locked provide_tools_image
  echo "$tools_image"
}
