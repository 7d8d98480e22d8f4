# Makes staged layers snapshots, the snapshots an image, and says so; or undoes it all.

# Begins a layer's snapshot: upper is its folder, lowers are those below.
prepare_layer() {
  local i=$1
  local -a parent=()
  ((i == 0)) || parent=("${chains[i - 1]}")
  read_mounts "$(ctl snapshots prepare --mounts "slipway/$run/${chains[i]}" "${parent[@]}")" ||
    die "no folder to be seen in the snapshot's mounts"
}

# Commits a layer's snapshot, whose files are in place in the folder upper.
commit_layer() {
  local i=$1 upper=$2 chain=${chains[$1]} key=slipway/$run/${chains[$1]}
  if ctl snapshots commit "$chain" "$key" 2>"$own/commit"; then
    present[i]=$upper
  else
    # "already exists": somebody else, such as a kubelet that pulls, was quicker with the same layer.
    grep -q 'already exists' "$own/commit" && ctl snapshots remove "$key" || die "$(last_words "$own/commit")"
  fi
}

# True where the client has made a layer's snapshot; where it has not, the usual way says why.
publish_quickly() {
  local i=$1 key=slipway/$run/${chains[$1]} parent='' state folder
  [[ -n "${asking-}" && -z "$first_missing" ]] || return 1
  ((i == 0)) || parent=${chains[i - 1]}
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' publish "$key" "$parent" "${chains[i]}" \
    "$staging/$run/to/$i" "$node_root" "$root" >&"$asking"
  IFS=$'\t' read -r state folder <&"$answering" || state=failed
  case $state in
    done) present[i]=$folder ;;
    uncommitted) commit_layer "$i" "$folder" ;;
    *) ctl snapshots remove "$key" 2>/dev/null || true; return 1 ;;
  esac
}

publish_layer() {
  local i=$1 upper=$first_missing
  if ! publish_quickly "$i"; then
    [[ -n "$upper" ]] || prepare_layer "$i"
    first_missing=''
    mv --no-target-directory "$staging/$run/to/$i" "$(seen "$upper")"
    commit_layer "$i" "$upper"
  fi
  published+=("${chains[i]}")
}

# Stages and verifies layers with several workers, and publishes them from the lowest up as they come.
# A layer with a child is kept by it and need not be kept for ever by itself, so its mark goes while
# others are still being published.
stage_and_publish() {
  local i bytes layers layer releasing
  local -A staged=()
  mkdir -p "$staging/$run/to"
  printf '%s\n' "${chains[@]}" >>"$staging/journal"
  mkfifo "$own/staged" "$own/released"
  for ((i = 0; i < workers; i++)); do stage_layers >"$own/staged" & done
  release_listed <"$own/released" &
  releaser=$!
  # Before the other pipes are open: it would keep them from ending.
  if [[ -n "$has_client" ]]; then
    mkfifo "$own/asked" "$own/answered"
    client <"$own/asked" >"$own/answered" &
    publisher=$!
    exec {asking}>"$own/asked" {answering}<"$own/answered"
    read -r _ <&"$answering" || asking=''
  fi
  exec {announced}<"$own/staged" {releasing}>"$own/released"
  for i in "${missing[@]}"; do
    while [[ -z "${staged[$i]-}" ]]; do
      read -r bytes layers <&"$announced" || exit 1
      for layer in $layers; do staged[$layer]=1; done
      copied=$((copied + bytes))
    done
    publish_layer "$i"
    ((${#published[@]} < 2)) || echo "${published[-2]}" >&"$releasing"
  done
  exec {releasing}>&-
  [[ -z "${asking-}" ]] || { exec {asking}>&- && asking=''; }
}

# A broken layer gets its files anew, in the snapshot that is there: what builds on it stays.
repair() {
  local i folder to=$staging/$run/repair
  mkdir -p "$to"
  for i in "${broken[@]}"; do
    folder=$(seen "${present[i]}")
    stage_and_verify "$to" "$i"
    copied=$((copied + $(copied_bytes "$to" "$i")))
    mkdir -p "${folder%/fs}"
    [[ ! -e "$folder" ]] || mv --no-target-directory "$folder" "$to/$i.old"
    mv --no-target-directory "$to/$i" "$folder"
  done
  say repaired "${#broken[@]}"
}

# What kubelet and CRI will rely on: the config's reference to the top snapshot, every chain, and that
# CRI itself finds the image by each name under the right ID.
check_image() {
  local chain content_list
  exec {content_list}< <(ctl content list "digest==$config_digest")
  parse_snapshots < <(ctl snapshots list) || die "the node's containerd does not list its snapshots"
  for chain in "${chains[@]}"; do
    [[ -n "${committed[$chain]-}" ]] || die "snapshot $chain is missing after the import"
  done
  ((${#chains[@]} == 0)) ||
    grep -qF "containerd.io/gc.ref.snapshot.overlayfs=${chains[-1]}" <&"$content_list" ||
    die 'the image does not hold on to its snapshots'
}

# Fails where one of some jobs has failed.
wait_for_all() {
  local job
  for job in "$@"; do wait "$job" || exit 1; done
}

# Notes what was loaded on the image's names, for the next run to know it by.
remember() {
  local i record name
  local -a numbers=() noting=()
  for i in "${!chains[@]}"; do
    # Of a layer that somebody else was quicker with we do not know the folder.
    [[ "${present[i]-}" =~ /snapshots/([0-9]+)/fs$ ]] || return 0
    numbers+=("${BASH_REMATCH[1]}")
  done
  record=$(make_record "$image" "$config_digest" "$root/snapshots" "${numbers[@]}")
  # All at once, like what CRI is asked: each takes as long as its program needs to start.
  for name in "${names[@]}"; do
    ctl images label "$name" "dev.slipway/record=$record" >/dev/null &
    noting+=("$!")
  done
  wait_for_all "${noting[@]}"
}

# CRI's ID of an image by one of its names, or `none`, from the node's crictl. It runs as in the node: with
# the node's mounts and processes, as programs look for themselves in /proc.
ask_crictl() {
  local printed pattern='"id": *"(sha256:[0-9a-f]{64})"'
  if printed=$(timeout 10 nsenter --target "$pid" --mount --pid -- crictl inspecti "$1" 2>"$own/crictl"); then
    # Before it there may be what the image says of itself.
    [[ "${printed##*\"status\": \{}" =~ $pattern ]] && echo "${BASH_REMATCH[1]}"
  else
    grep -q '[Nn]o such image' "$own/crictl" && echo none
  fi
}

# The same for several names, a line each; over CRI's socket, where we can speak with it.
ask_cri() {
  local name answers
  if [[ -n "$has_client" ]] && answers=$(printf 'image\t%s\n' "$@" | client); then
    tail -n +2 <<<"$answers"
    return
  fi
  for name in "$@"; do ask_crictl "$name" || echo failed; done
}

# CRI hears of images by events, so it may need a moment; streaming the image would take longer.
check_cri() {
  local i flaw until=$((SECONDS + 10))
  local -a ids
  for (( ; ; )); do
    mapfile -t ids < <(ask_cri "${names[@]}")
    flaw=''
    for i in "${!names[@]}"; do
      case ${ids[i]-} in
        "$config_digest") ;;
        none) flaw="CRI does not have ${names[i]} after the import" ;;
        sha256:*) flaw="CRI has ${names[i]} as ${ids[i]}, not as $config_digest" ;;
        *) flaw="CRI does not tell whether it has ${names[i]}: $(last_words "$own/crictl" 2>/dev/null)" ;;
      esac
    done
    [[ -n "$flaw" ]] || return 0
    ((SECONDS < until)) || die "$flaw"
    sleep 0.1
  done
}

# Whatever went wrong: no image stays that kubelet would believe in, and nothing else that we made.
# Snapshots are not removed but released to the garbage collector, which knows whether somebody else
# has come to need them meanwhile.
undo() {
  trap '' TERM
  trap - EXIT
  set +e
  # What the client is at may still become a snapshot, and must be one by the time we list them.
  if [[ -n "${asking-}" ]]; then exec {asking}>&- && wait "$publisher"; fi
  # A signal may have come amid a read that splits at tabs alone.
  local i name patience=5s IFS=$' \t\n'
  local -a made=() keep=() rest
  for name in "${imported[@]}"; do
    [[ "$(ctl images list "name==$name")" != *"$manifest_digest"* ]] || ctl images remove "$name"
  done
  # CRI gives every image a second name, its ID, and does not take it back by itself.
  [[ -n "$known" ]] || ctl images remove "$config_digest"
  # What was committed last may not be in a list of ours yet.
  { ctl snapshots list >"$own/list" && parse_snapshots <"$own/list"; } || keep=(! -name journal)
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
