# Brings a layer's files into the node's filesystem and proves that they are what Docker has.

# One tree as the method has it; what is there already stays. Extended attributes are named, because only
# then cp fails where it cannot keep them; whiteouts and opaque folders are among them.
transfer() {
  # shellcheck disable=SC2054  # a list of cp's own
  local -a how=(--recursive --no-dereference --preserve=mode,ownership,timestamps,links,xattr)
  case $method in
    reflink) cp "${how[@]}" --reflink=always --no-target-directory -- "$1" "$2" ;;
    link) cp "${how[@]}" --link "$keep" --no-target-directory -- "$1" "$2" ;;
    copy) cp "${how[@]}" --reflink=auto --sparse=auto --no-target-directory -- "$1" "$2" ;;
  esac
}

# Tries a method with a real file and a real whiteout in the real target folder.
probe() {
  local method=$1 place=$staging/probe.$1 file=''
  mkdir -p "$place/from"
  # None of those that must not have a second name for a moment.
  IFS= read -r -d '' file < <(find "${folders[@]}" \( -path '*/etc' -o -path '*/var/spool' \) -prune -o -type f -print0 -quit) || true
  mknod "$place/from/whiteout" c 0 0
  transfer "$place/from" "$place/to" && [[ -c "$place/to/whiteout" ]] || return 1
  [[ -z "$file" ]] || transfer "$file" "$place/file" || return 1
  [[ "$method" != link || -z "$file" || "$file" -ef "$place/file" ]]
}

# method: the best one that works here, or the one that is wanted; keep: how this cp is told that what is
# there already stays.
choose_method() {
  local -a methods=(reflink link copy)
  mkdir -p "$staging"
  # No version of ext4 has reflinks; stat calls it by the name of its elder.
  [[ "$(stat --file-system --format %T "$staging")" != ext2/ext3 ]] || methods=(link copy)
  [[ "$wanted" == auto ]] || methods=("$wanted")
  # Versions 9.2 to 9.4 call the old option's work a failure; from 9.3 on there is the new one.
  keep=--no-clobber
  ! cp --update=none --help >/dev/null 2>&1 || keep=--update=none
  for method in "${methods[@]}"; do
    ! probe "$method" 2>"$own/probe.$method" || return 0
  done
  cannot "the probe of $method failed: $(tail -n 1 "$own/probe.$method")"
}

# Of the regular files below some folders of a layer, null-terminated, those that also have names in
# another of them or elsewhere in that layer. Link counts alone do not tell: nodes have links to Docker's
# files.
list_shared() {
  local from=$1 folder entry inode
  local -A elsewhere=() home=()
  local -a entries prune=(-false)
  mapfile -d '' entries < <(cd "$from" && find "${@:2}" -type f -links +1 -printf '%i %p\0')
  ((${#entries[@]} > 0)) || return 0
  for folder in "${@:2}"; do prune+=(-o -path "./$folder"); done
  while read -r inode; do elsewhere[$inode]=1; done < <(
    cd "$from" && find . \( "${prune[@]}" \) -prune -o -type f -links +1 -printf '%i\n' |
      grep --fixed-strings --line-regexp --file=<(printf '%s\n' "${entries[@]%% *}")
  )
  for entry in "${entries[@]}"; do
    inode=${entry%% *}
    for folder in "${@:2}"; do
      [[ "${entry#* }" == "$folder"/* ]] || continue
      [[ "${home[$inode]-$folder}" == "$folder" ]] || elsewhere[$inode]=1
      home[$inode]=$folder
    done
  done
  for entry in "${entries[@]}"; do
    [[ -z "${elsewhere[${entry%% *}]-}" ]] || printf '%s\0' "${entry#* }"
  done
}

# Links or copies a layer. cron and others refuse files whose link count is not 1, on the host, too, so
# what they read is copied first and never linked, not even for a moment. What has several names
# already stays one file, as some may be elsewhere.
stage_layer() {
  local from=$1 to=$2 sub path parent
  local -a subs=() shared=()
  if [[ "$method" == link ]]; then
    for sub in etc var/spool; do
      if is_real_folder "$from" "$sub"; then subs+=("$sub"); fi
    done
  fi
  ((${#subs[@]} == 0)) || mapfile -d '' shared < <(list_shared "$from" "${subs[@]}")
  for sub in "${subs[@]}"; do
    parent_of "$sub"
    mkdir -p "$to/$parent" && method=copy transfer "$from/$sub" "$to/$sub" || return
  done
  for path in "${shared[@]}"; do
    ln --force --no-target-directory -- "$from/$path" "$to/$path" || return
  done
  # Folders that are there already get their attributes and times with the rest.
  transfer "$from" "$to"
}

# All that tar knows of the listed files, as an archive; lists are of null-terminated paths. Overlay's
# notes about a layer's making are ignored in lower layers and come in another order on another
# filesystem.
archive_listed() {
  sort -z "$@" |
    tar --create --null --no-recursion --files-from=- --numeric-owner --xattrs '--xattrs-include=*' \
      '--xattrs-exclude=trusted.overlay.origin' '--xattrs-exclude=trusted.overlay.impure' \
      '--xattrs-exclude=trusted.overlay.uuid' --acls --format=posix --pax-option='exthdr.name=%d/%f,delete=atime,delete=ctime' 2>/dev/null
}

# What trees of links are, as one digest. Linked files are the same inode, hence the same in all
# respects; folders and copies are compared by type, mode, owner, times, xattrs, ACLs and content.
# Arguments: a folder, where lists go, the numbers of the layers below that folder.
digest_linked() {
  local lists=$2 i sub
  local -a roots=() copied=() prune=(-false)
  cd "$1"
  for i in "${@:3}"; do
    roots+=("$i/.")
    for sub in etc var/spool; do
      is_real_folder "$i" "$sub" || continue
      copied+=("$i/./$sub")
      prune+=(-o -path "$i/./$sub")
    done
  done
  find "${roots[@]}" \( "${prune[@]}" \) -prune -o -type d -fprint0 "$lists.folders" -o -printf '%i %p\0' >"$lists.files"
  : >"$lists.copied"
  ((${#copied[@]} == 0)) || find "${copied[@]}" -print0 >"$lists.copied"
  { sort -z "$lists.files" && archive_listed "$lists.folders" "$lists.copied"; } | sha256sum
}

# What copied trees are, as one digest: size and all attributes of every file, all that tar knows of
# everything else. Contents are not read again; cp fails where it cannot write what it read.
digest_copied() {
  local lists=$2 inode path
  local -a roots=("${@:3}")
  local -A first=()
  cd "$1"
  find "${roots[@]/%//.}" -type f -fprintf "$lists.files" '%p %m %U %G %s %T@\0' -fprintf "$lists.links" '%p/%i\0' \
    -o -fprint0 "$lists.others"
  {
    sort -z "$lists.files"
    # Which names are one file. Link counts do not tell: other nodes have links to Docker's files.
    sort -z "$lists.links" | while IFS= read -r -d '' path; do
      inode=${path##*/}
      first[$inode]=${first[$inode]-${path%/*}}
      [[ "${first[$inode]}" == "${path%/*}" ]] || printf '%s\0' "${path%/*} is ${first[$inode]}"
    done
    archive_listed "$lists.others"
  } | sha256sum
}

digest_trees() { if [[ "$method" == link ]]; then digest_linked "$@"; else digest_copied "$@"; fi; }

# The first file that differs, as one word without control characters.
name_difference() {
  local entry='' path
  IFS= read -r -d '' entry < <(comm -z -23 <(sort -z "$1.files") <(sort -z "$2.files")) || true
  [[ -n "$entry" ]] || return 0
  if [[ "$method" == link ]]; then path=${entry#* }; else path=${entry% * * * * *}; fi
  printf ': %q' "${path#*/./}"
}

# What the probe could not foresee of a filesystem: a file with as many links as there may be, a layer
# that is elsewhere, an attribute that cannot be kept.
fail_staging() {
  case $1 in
    *': Too many links' | *': Invalid cross-device link' | *': Operation not supported') cannot "$1" ;;
    *) die "$1" ;;
  esac
}

# Docker's layers under their numbers, as each node's are staged; for several nodes at once.
number_layers() {
  local i
  for i in "$@"; do [[ -L "$work/layers/$i" ]] || ln --symbolic --force --no-dereference "${folders[i]}" "$work/layers/$i"; done
}

# theirs: the digest of layers as Docker has them; list: where its lists are. It is the same for all nodes, so
# whoever needs it first makes it.
digest_theirs() {
  local kind=copied turn
  [[ "$method" != link ]] || kind=linked
  printf -v list '.%s' "$kind" "$@"
  list=$work/theirs$list
  exec {turn}>>"$list.turn"
  flock "$turn"
  [[ -s "$list" ]] || { number_layers "$@" && digest_trees "$work/layers" "$list" "$@" >"$list.new" && mv "$list.new" "$list"; } ||
    die 'a layer of Docker cannot be read'
  exec {turn}>&-
  theirs=$(<"$list")
}

# Stages layers below a folder, each under its number, and compares them with Docker's, or dies saying
# what went wrong. Many small layers cost less when they are compared together.
stage_and_verify() {
  local to=$1 chunk=$2 i ours theirs list
  for i in "${@:2}"; do
    stage_layer "${folders[i]}" "$to/$i" 2>"$own/error.$i" || fail_staging "$(tail -n 1 "$own/error.$i")"
  done
  digest_theirs "${@:2}"
  ours=$(digest_trees "$to" "$own/ours.$chunk" "${@:2}") || die 'a staged layer cannot be read'
  [[ "$theirs" == "$ours" ]] || die "the staged files are not what Docker has$(name_difference "$list" "$own/ours.$chunk")"
}

# How many bytes of files staged layers have of their own.
copied_bytes() {
  local to=$1 chunk=$2
  case $method in
    reflink) echo 0 ;;
    copy) (cd "$to" && du --bytes --summarize --total "${@:2}" | tail -n 1 | cut -f 1) ;;
    link)
      if [[ ! -s "$own/ours.$chunk.copied" ]]; then echo 0; return; fi
      (cd "$to" && du --bytes --total --no-dereference --files0-from="$own/ours.$chunk.copied" | tail -n 1 | cut -f 1)
      ;;
  esac
}

# Takes one chunk of missing layers after another that no other worker has taken, and announces it.
stage_layers() {
  local to=$staging/$run/to at size=$(((${#missing[@]} + 2 * workers - 1) / (2 * workers)))
  local -a chunk
  for ((at = 0; at < ${#missing[@]}; at += size)); do
    { set -C; : >"$own/taken.$at"; } 2>/dev/null || continue
    set +C
    chunk=("${missing[@]:at:size}")
    stage_and_verify "$to" "${chunk[@]}"
    echo "$(copied_bytes "$to" "${chunk[@]}") ${chunk[*]}"
  done
}
