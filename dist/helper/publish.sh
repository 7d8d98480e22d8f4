# Makes staged layers snapshots, the snapshots an image, and says so; or undoes it all.

# Commits a layer's snapshot, whose files are in place in a folder.
commit_layer() {
  local i=$1 folder=$2 key=slipway/$run/${chains[$1]}
  if ctl snapshots commit "${chains[i]}" "$key" 2>"$own/commit"; then
    present[i]=$folder
  else
    # "already exists": somebody else, such as a kubelet that pulls, was quicker with the same layer.
    grep -q 'already exists' "$own/commit" && ctl snapshots remove "$key" || die "$(last_words "$own/commit")"
  fi
}

publish_layer() {
  local i=$1 parent='' state folder
  local -a answers
  ((i == 0)) || parent=${chains[i - 1]}
  request publish "slipway/$run/${chains[i]}" "$parent" "${chains[i]}" "$staging/$run/to/$i" "$node_root" "$root"
  IFS=$'\t' read -r state folder <<<"${answers[0]}"
  if [[ "$state" == "done" ]]; then present[i]=$folder; else commit_layer "$i" "$folder"; fi
  published+=("${chains[i]}")
  # A layer with a child is kept by it and need not be kept for ever by itself.
  ((${#published[@]} < 2)) || release "${published[-2]}"
}

# Stages and verifies layers with several workers.
start_staging() {
  local i
  mkdir -p "$staging/$run/to"
  printf '%s\n' "${chains[@]}" >>"$staging/journal"
  mkfifo "$own/staged"
  for ((i = 0; i < workers; i++)); do stage_layers >"$own/staged" & done
  exec {announced}<"$own/staged"
}

# Publishes layers from the lowest up as they come.
publish_staged() {
  local i bytes layers layer
  local -A staged=()
  for i in "${missing[@]}"; do
    while [[ -z "${staged[$i]-}" ]]; do
      read -r bytes layers <&"$announced" || exit 1
      for layer in $layers; do staged[$layer]=1; done
      copied=$((copied + bytes))
    done
    publish_layer "$i"
  done
}

# A broken layer gets its files anew, in the snapshot that is there: what builds on it stays.
repair() {
  local i folder to=$staging/$run/repair
  mkdir -p "$to"
  for i in "${broken[@]}"; do
    seen folder "${present[i]}"
    stage_and_verify "$to" "$i"
    copied=$((copied + $(copied_bytes "$to" "$i")))
    mkdir -p "${folder%/fs}"
    [[ ! -e "$folder" ]] || mv --no-target-directory "$folder" "$to/$i.old"
    mv --no-target-directory "$to/$i" "$folder"
  done
  say repaired "${#broken[@]}"
}

# Gives the image to the node, with what the next run knows it by. Of a layer that somebody else was quicker with
# we do not know the folder.
import_image() {
  local i record='' type top=''
  local -a numbers=() answers
  for i in "${!chains[@]}"; do
    [[ ! "${present[i]-}" =~ /snapshots/([0-9]+)/fs$ ]] || numbers+=("${BASH_REMATCH[1]}")
  done
  ((${#numbers[@]} < ${#chains[@]})) || record=$(make_record "$image" "$config_digest" "$root/snapshots" "${numbers[@]}")
  ((${#chains[@]} == 0)) || top=${chains[-1]}
  type=$(media_type)
  imported=("${names[@]}")
  request import "$top" "$record" "$type" "$work/blobs/sha256" "$manifest_digest" "$config_digest" "${names[@]}"
}

# What kubelet and CRI will rely on: the config's reference to the top snapshot, every chain, and that
# CRI itself finds the image by each name under the right ID.
check_image() {
  local chain
  local -a answers
  read_snapshots || die "the node's containerd does not list its snapshots"
  for chain in "${chains[@]}"; do
    [[ -n "${committed[$chain]-}" ]] || die "snapshot $chain is missing after the import"
  done
  ((${#chains[@]} > 0)) || return 0
  request held || die "the node's containerd does not list its content"
  [[ " ${answers[*]} " == *" held"$'\t'"$config_digest"$'\t'"${chains[-1]} "* ]] ||
    die 'the image does not hold on to its snapshots'
}

# CRI hears of images by events, so it may need a moment; streaming the image would take longer.
check_cri() {
  local i flaw until=$((SECONDS + 10)) pause=0.01
  local -a answers
  for (( ; ; )); do
    flaw=''
    for i in "${!names[@]}"; do
      request image "${names[i]}" || answers=(failed)
      case ${answers[0]-} in
        "$config_digest") ;;
        none) flaw="CRI does not have ${names[i]} after the import" ;;
        sha256:*) flaw="CRI has ${names[i]} as ${answers[0]}, not as $config_digest" ;;
        *) flaw="CRI does not tell whether it has ${names[i]}: $(last_words "$own/crictl" 2>/dev/null)" ;;
      esac
      [[ -z "$flaw" ]] || break
    done
    [[ -n "$flaw" ]] || return 0
    ((SECONDS < until)) || die "$flaw"
    sleep "$pause"
    pause=0.1
  done
}

# Whatever went wrong: no image stays that kubelet would believe in, and nothing else that we made.
# Snapshots are not removed but released to the garbage collector, which knows whether somebody else
# has come to need them meanwhile.
undo() {
  trap '' TERM
  trap : PIPE
  trap - EXIT
  set +e
  # What the client is at may still become a snapshot, and must be one by the time we list them.
  end_client
  # A signal may have come amid a read that splits at tabs alone.
  local i name patience=5s IFS=$' \t\n'
  local -a made=() keep=() rest
  for name in "${imported[@]}"; do
    [[ "$(ctl images list "name==$name")" != *"$manifest_digest"* ]] || ctl images remove "$name"
  done
  # CRI gives every image a second name, its ID, and does not take it back by itself.
  [[ -n "$known" ]] || ctl images remove "$config_digest"
  # What was committed last may not be in a list of ours yet.
  read_snapshots || keep=(! -name journal)
  for i in "${strays[@]}"; do ctl snapshots remove "$i"; done
  for i in "${missing[@]}"; do [[ -z "${committed[${chains[i]}]-}" ]] || made+=("${chains[i]}"); done
  made+=("${adopted[@]}")
  # What could not be let go of stays in the journal, for the next load to let go of.
  ((${#made[@]} == 0)) || release "${made[@]}" || keep=(! -name journal)
  ctl content prune references
  [[ -d "$staging" ]] || return 0
  # A worker that is still at it ends when its target is gone.
  rest=(find "$staging" -mindepth 1 -maxdepth 1 "${keep[@]}")
  until "${rest[@]}" -exec rm -rf {} + && [[ -z "$("${rest[@]}")" ]]; do sleep 0.1; done
  rmdir "$staging"
} >/dev/null 2>&1
