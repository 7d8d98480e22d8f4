# Where Docker has the image: its layers' folders, its config, its manifest.

digest_of() { local sum; sum=$(sha256sum <"$1"); echo "sha256:${sum%% *}"; }

is_digest() { [[ "$1" =~ ^sha256:[0-9a-f]{64}$ ]]; }

# Puts a file into the archive under its digest.
add_blob() {
  is_digest "$2" || die "$2 is no digest"
  cp "$1" "$work/blobs/sha256/${2#sha256:}"
}

# The overlay2 store has no manifest, so one is made of the size of the config and of what the action knows.
read_overlay2() {
  local i
  [[ -n "$view" || -f "$config" ]] || cannot "Docker's layers are not to be seen on this machine"
  inside config "$config"
  image=$config_digest
  add_blob "$config" "$config_digest"
  say config "$(stat -c %s "$config")"
  for i in "${!chains[@]}"; do inside "folders[i]" "${folders[i]}"; done
}

# Docker's own containerd.
dctl() { ctr --address "$address" --namespace "$namespace" "$@"; }

# The containerd store keeps the original manifest and config, and so does the node: their digests
# stay what a registry says. Of an index only the one manifest of this platform is taken.
read_containerd() {
  local mounts i
  local -a found
  command -v perl >/dev/null || cannot 'there is no Perl to read manifests with'
  [[ -n "$view" || -S "$address" ]] || cannot "Docker's containerd is not to be seen on this machine"
  perl -e "$documents" "$address" "$namespace" "$image" "$architecture" "$work" >"$work/found" || exit 1
  mapfile -t found <"$work/found"
  ((${#found[@]} > 0)) || cannot "the image's index has no manifest for linux/$architecture"
  printf '%s' "${found[0]}" >"$work/digest"
  config_digest=${found[1]}
  add_blob "$work/manifest" "${found[0]}"
  add_blob "$work/config" "$config_digest"
  [[ "${found[*]:2}" == "${diffs[*]}" ]] || die "the image's config names other layers than docker does"
  ((${#chains[@]} > 0)) || return 0
  mounts=$(dctl snapshots view --mounts "slipway/$run/view" "${chains[-1]}") ||
    cannot 'Docker has not unpacked the image'
  # Nothing roots a view, so the garbage collector may have been quicker.
  dctl snapshots remove "slipway/$run/view" 2>/dev/null || true
  read_mounts "$mounts" || die "no folders to be seen in a snapshot's mounts"
  ((${#lowers[@]} == ${#chains[@]})) || die 'Docker has another number of folders than layers'
  for i in "${!chains[@]}"; do
    [[ "${lowers[i]}" == "$mounted"/* ]] || cannot "Docker keeps layers at ${lowers[i]}, out of reach"
    inside "folders[i]" "${lowers[i]}"
  done
}

# A manifest may be of Docker's kind or OCI's, and says which, or is OCI's.
media_type() {
  local pattern='"mediaType": *"(application/vnd\.[a-z.]*manifest[a-z0-9.+]*)"'
  if [[ "$(<"$work/manifest")" =~ $pattern ]]; then
    echo "${BASH_REMATCH[1]}"
  else
    echo application/vnd.oci.image.manifest.v1+json
  fi
}
