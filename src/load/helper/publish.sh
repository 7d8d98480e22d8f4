# Makes staged layers snapshots, the snapshots an image, and says so; or undoes it all.

publish_layer() {
  local i=$1 chain=${chains[$1]} key mounts
  local -a parent=()
  ((i == 0)) || parent=("${chains[i - 1]}")
  key=slipway/$run/$chain
  mounts=$(ctl snapshots prepare --mounts "$key" "${parent[@]}")
  [[ "$mounts" =~ upperdir=[^\",]*/snapshots/([0-9]+)/fs ]] ||
    [[ "$mounts" =~ \"Source\":\ *\"[^\"]*/snapshots/([0-9]+)/fs\" ]] ||
    die "no folder to be seen in the snapshot's mounts"
  mv --no-target-directory "$staging/$run/to/$i" "$root/snapshots/${BASH_REMATCH[1]}/fs"
  # "already exists": somebody else, such as a kubelet that pulls, was quicker with the same layer.
  ctl snapshots commit "$chain" "$key" 2>"$own/commit" ||
    { grep -q 'already exists' "$own/commit" && ctl snapshots remove "$key"; } ||
    die "$(<"$own/commit")"
  published+=("$chain")
}

# Stages and verifies layers with several workers, and publishes them from the lowest up as they come.
stage_and_publish() {
  local i layer bytes
  local -A staged=()
  mkdir -p "$staging/$run/to"
  printf '%s\n' "${chains[@]}" >>"$staging/journal"
  mkfifo "$own/staged"
  for ((i = 0; i < workers; i++)); do stage_layers >"$own/staged" & done
  exec {announced}<"$own/staged"
  for i in "${missing[@]}"; do
    while [[ -z "${staged[$i]-}" ]]; do
      read -r layer bytes <&"$announced" || exit 1
      staged[$layer]=1
      copied=$((copied + bytes))
    done
    publish_layer "$i"
  done
}

# A broken layer gets its files anew, in the snapshot that is there: what builds on it stays.
repair() {
  local i to
  mkdir -p "$staging/$run/repair"
  for i in "${broken[@]}"; do
    to=$staging/$run/repair/$i
    stage_and_verify "$i" "$to"
    copied=$((copied + $(copied_bytes "$to" "$i")))
    mkdir -p "${present[i]%/fs}"
    [[ ! -e "${present[i]}" ]] || mv --no-target-directory "${present[i]}" "$to.old"
    mv --no-target-directory "$to" "${present[i]}"
  done
  say repaired "${#broken[@]}"
}

# What kubelet and CRI will rely on: names, the config's reference to the top snapshot, every chain,
# and that CRI itself finds the image by each name under the right ID.
check_image() {
  local name chain listed cri
  check_cri &
  cri=$!
  for name in "${names[@]}"; do
    listed=$(ctl images list "name==$name")
    [[ "$listed" == *"$manifest_digest"* ]] || die "the node does not know $name after the import"
  done
  if ((${#chains[@]} > 0)); then
    grep -F "$config_digest" < <(ctl content list) |
      grep -qF "containerd.io/gc.ref.snapshot.overlayfs=${chains[-1]}" ||
      die 'the image does not hold on to its snapshots'
    read_snapshots
    for chain in "${chains[@]}"; do
      [[ -n "${committed[$chain]-}" ]] || die "snapshot $chain is missing after the import"
    done
  fi
  wait "$cri" || exit 1
}

# CRI hears of images by events, so it may need a moment.
check_cri() {
  local name try found
  for name in "${names[@]}"; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      found=$(chroot "/proc/$pid/root" crictl inspecti "$name" 2>&1) || found=''
      [[ "$found" != *"\"$config_digest\""* ]] || continue 2
      sleep 0.1
    done
    die "CRI does not have $name as $config_digest after the import"
  done
}

# Whatever went wrong: no image stays that kubelet would believe in, and nothing else that we made.
# Snapshots are not removed but released to the garbage collector, which knows whether somebody else
# has come to need them meanwhile.
undo() {
  trap '' TERM
  trap - EXIT
  set +e
  local i name patience=5s
  local -a made=()
  for name in "${imported[@]}"; do
    [[ "$(ctl images list "name==$name")" != *"$manifest_digest"* ]] || ctl images remove "$name"
  done
  # CRI gives every image a second name, its ID, and does not take it back by itself.
  [[ -n "$known" ]] || ctl images remove "$config_digest"
  # Keys of ours go here; what was committed last may not be in a list of ours yet.
  read_snapshots
  for i in "${missing[@]}"; do [[ -z "${committed[${chains[i]}]-}" ]] || made+=("${chains[i]}"); done
  made+=("${adopted[@]}")
  ((${#made[@]} == 0)) || release "${made[@]}"
  ctl content prune references
  # A worker that is still at it ends when its target is gone.
  until rm -rf "${staging:?}" && [[ ! -e "$staging" ]]; do sleep 0.1; done
} >/dev/null 2>&1
