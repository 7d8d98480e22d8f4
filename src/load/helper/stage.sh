# Brings a layer's files into the node's filesystem and proves that they are what Docker has.

# True when every component of a relative path is a real folder, so that nobody leads us elsewhere.
is_real_folder() {
  local base=$1 component
  local -a components
  IFS=/ read -ra components <<<"$2"
  for component in "${components[@]}"; do
    base+=/$component
    [[ -d "$base" && ! -L "$base" ]] || return 1
  done
}

# One tree as the way has it. Extended attributes are named, because only then cp fails where it
# cannot keep them; whiteouts and opaque folders are among them.
transfer() {
  local -a how=(--recursive --no-dereference --preserve=mode,ownership,timestamps,links,xattr)
  case $way in
    reflink) cp "${how[@]}" --reflink=always --no-target-directory "$1" "$2" ;;
    link) cp "${how[@]}" --link --no-target-directory "$1" "$2" ;;
    copy) cp "${how[@]}" --reflink=auto --sparse=auto --no-target-directory "$1" "$2" ;;
  esac
}

# Tries a way with a real file and a real whiteout in the real target folder.
probe() {
  local way=$1 place=$staging/probe file
  rm -rf "$place"
  mkdir -p "$place/from"
  file=$(find "${folders[@]}" -type f -print -quit)
  mknod "$place/from/whiteout" c 0 0
  transfer "$place/from" "$place/to" && [[ -c "$place/to/whiteout" ]] || return 1
  [[ -z "$file" ]] || transfer "$file" "$place/file" || return 1
  [[ "$way" != link || -z "$file" || "$file" -ef "$place/file" ]]
}

# way: the best one that works here, or the one that is wanted.
choose_way() {
  local -a ways=(reflink link copy)
  [[ "$wanted" == auto ]] || ways=("$wanted")
  for way in "${ways[@]}"; do
    if probe "$way" 2>"$own/probe.$way"; then
      rm -rf "$staging/probe"
      return
    fi
  done
  die "the probe of $way failed: $(tail -n 1 "$own/probe.$way")"
}

# Links or copies a layer. cron and others refuse files whose link count is not 1, so what they read
# is never linked.
stage_layer() {
  local from=$1 to=$2 sub
  transfer "$from" "$to"
  [[ "$way" == link ]] || return 0
  for sub in etc var/spool; do
    is_real_folder "$from" "$sub" || continue
    rm -rf "${to:?}/$sub"
    way=copy transfer "$from/$sub" "$to/$sub"
    touch -r "$from/$(dirname "$sub")" "$to/$(dirname "$sub")"
  done
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

# What a tree of links is, as one digest. Linked files are the same inode, hence the same in all
# respects; folders and copies are compared by type, mode, owner, times, xattrs, ACLs and content.
digest_linked() {
  local lists=$2 sub
  local -a copied=() prune=(-false)
  cd "$1"
  for sub in etc var/spool; do
    is_real_folder . "$sub" || continue
    copied+=("./$sub")
    prune+=(-o -path "./$sub")
  done
  find . \( "${prune[@]}" \) -prune -o -type d -fprint0 "$lists.folders" -o -printf '%i %p\0' >"$lists.files"
  : >"$lists.copied"
  ((${#copied[@]} == 0)) || find "${copied[@]}" -print0 >"$lists.copied"
  { sort -z "$lists.files" && archive_listed "$lists.folders" "$lists.copied"; } | sha256sum
}

# What a copied tree is, as one digest: size and all attributes of every file, all that tar knows of
# everything else. Contents are not read again; cp fails where it cannot write what it read.
digest_copied() {
  local lists=$2 inode path
  local -A first=()
  cd "$1"
  find . -type f -fprintf "$lists.files" '%p %m %U %G %s %T@\0' -fprintf "$lists.links" '%p/%i\0' \
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

digest_tree() { if [[ "$way" == link ]]; then digest_linked "$@"; else digest_copied "$@"; fi; }

# The first file that differs. cp makes a copy of a file that can take no more links.
name_difference() {
  local entry path
  entry=$(comm -z -23 <(sort -z "$own/theirs.$1.files") <(sort -z "$own/ours.$1.files") | head -z -n 1 | tr '\0\n' '  ')
  [[ -n "$entry" ]] || return 0
  path=${entry#* } path=${path% }
  printf ': %s' "$path"
  (($(stat --format %h "${folders[$1]}/$path" 2>/dev/null || echo 1) < 65000)) || printf ' has too many links already'
}

# Stages one layer and compares it with Docker's, or dies saying what went wrong.
stage_and_verify() {
  local i=$1 to=$2 ours theirs
  stage_layer "${folders[i]}" "$to" 2>"$own/error.$i" || die "$(tail -n 1 "$own/error.$i")"
  theirs=$(digest_tree "${folders[i]}" "$own/theirs.$i") || die 'a layer of Docker cannot be read'
  ours=$(digest_tree "$to" "$own/ours.$i") || die 'a staged layer cannot be read'
  [[ "$theirs" == "$ours" ]] || die "the staged files are not what Docker has$(name_difference "$i")"
}

# How many bytes of files a staged layer has of its own.
copied_bytes() {
  case $way in
    reflink) echo 0 ;;
    copy) du --bytes --summarize "$1" | cut -f 1 ;;
    link)
      if [[ ! -s "$own/ours.$2.copied" ]]; then echo 0; return; fi
      # One of the two folders may not be there, and du then fails after its sum.
      (cd "$1" && { du --bytes --total etc var/spool 2>/dev/null || true; } | tail -n 1 | cut -f 1)
      ;;
  esac
}

# Takes one missing layer after another that no other worker has taken, and announces it.
stage_layers() {
  local i
  for i in "${missing[@]}"; do
    { set -C; : >"$own/taken.$i"; } 2>/dev/null || continue
    set +C
    stage_and_verify "$i" "$staging/$run/to/$i"
    echo "$i $(copied_bytes "$staging/$run/to/$i" "$i")"
  done
}
