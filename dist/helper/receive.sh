# Unpacks layers as they arrive on file descriptor 3 into a folder of ours, without a blob in between; or out of
# a folder of the builder's, where that is seen.

receive_records() {
  local word size what
  while read -r word size what <&3; do
    case $word in
      layer)
        receive_layer "$size" $what
        [[ "$size" != here ]] || tell unpacked "${what%% *}"
        ;;
      blob) receive_blob "$size" "$what" ;;
      end) manifest_digest=$size && break ;;
    esac
  done
  [[ -n "$manifest_digest" ]] || die 'the stream ended early'
  [[ -f "$work/manifest" && -f "$work/blobs/sha256/${config_digest#sha256:}" ]] ||
    die 'the config or the manifest did not come'
  for what in "${missing[@]}"; do
    [[ -d "$staging/$run/to/$what" ]] || die "the layer ${diffs[what]} did not come"
  done
}

receive_blob() {
  local size=$1 digest=$2 file=$work/blobs/sha256/${2#sha256:}
  is_digest "$digest" || die "$digest is no digest"
  head -c "$size" <&3 >"$file"
  [[ "$(digest_of "$file")" == "$digest" ]] || die "what came as $digest is something else"
  [[ "$digest" == "$config_digest" ]] || ln -f "$file" "$work/manifest"
}

# A layer that occurs more than once is unpacked once and copied.
receive_layer() {
  local size=$1 first=$2 i to=$staging/$run/to method=copy
  unpack_layer "$size" "$first" "$to/$first"
  for i in "${@:3}"; do
    transfer "$to/$first" "$to/$i"
    cp "$own/unsaid.$first" "$own/unsaid.$i"
  done
}

# What the action has compared when it wrote it is not read once more.
sum_layer() { if [[ "${proven-}" == proven ]]; then echo "$1"; else sha256sum; fi; }

# One layer's tar becomes files, and its digest proves that it is what Docker has.
unpack_layer() {
  local size=$1 i=$2 to=$3 sum summing reading error is_whole=yes tar=$own/tar.$2 entries=$own/entries.$2
  local -a unpack=("${unpackers[i]}")
  [[ "${unpack[0]}" == cat ]] || unpack+=(-dc)
  mkdir "$to"
  if [[ "$size" == here ]]; then
    tar=$layout/${diffs[i]#sha256:} entries=$tar
    # An empty file stands for a layer that nobody seemed to need.
    [[ -s "$tar" && -f "$tar" && ! -L "$tar" ]] || die "the builder left the layer ${diffs[i]} out, which the node lacks"
  else
    mkfifo "$tar" "$entries"
  fi
  sum_layer "${diffs[i]#sha256:}" <"$tar" >"$own/sum.$i" &
  summing=$!
  list_entries <"$entries" 2>"$own/unread.$i" | check_entries >"$own/unsaid.$i" 2>"$own/refused.$i" &
  reading=$!
  if [[ "$size" == here ]]; then
    extract_layer "$to" <"$tar" 2>"$own/error.$i" || is_whole=''
  else
    head -c "$size" <&3 | "${unpack[@]}" | tee "$tar" "$entries" |
      { extract_layer "$to" && cat >/dev/null; } 2>"$own/error.$i" || is_whole=''
  fi
  wait "$reading" || is_whole=''
  if [[ -z "$is_whole" ]]; then
    # What follows the first trouble follows from it, but a full disk shows in several ways.
    error=$(head -n 1 "$own/refused.$i")
    [[ -n "$error" ]] || error=$(grep -m 1 'No space left' "$own/error.$i" || cat "$own/error.$i" "$own/unread.$i" | sed -n 1p)
    die "unpacking the layer ${diffs[i]}: ${error:-it ended early}"
  fi
  wait "$summing"
  read -r sum _ <"$own/sum.$i"
  [[ "sha256:$sum" == "${diffs[i]}" ]] || die "what came as the layer ${diffs[i]} has the digest sha256:$sum"
  make_unsaid "$to" "$own/unsaid.$i"
}

# Overlay's own attributes are not an image's to set, whiteouts become something else, and ACLs are none that
# Docker unpacks.
extract_layer() {
  tar --extract --file=- --directory="$1" --numeric-owner --same-owner --same-permissions \
    --delay-directory-restore --xattrs '--xattrs-include=*' '--xattrs-exclude=trusted.overlay.*' \
    --exclude='.wh.*' --warning=no-timestamp --warning=no-unknown-keyword
}

# Overlayfs has for an image's whiteouts, files named `.wh.NAME`, device nodes named NAME, and for a
# folder that hides all below it an attribute. Folders keep the times that they have.
make_unsaid() {
  local to=$1 kept='' parent
  : >"$own/time"
  for_unsaid "$2" make_one
  [[ -z "$kept" ]] || give_times "$own/time" "$to/$kept"
}

make_one() {
  local at=$to/$path
  parent_of "$path"
  is_real_folder "$to" "$parent" || die "a layer changes $path, which is in no folder"
  case $what in
    folder)
      [[ ! -L "$at" ]] || die "a layer has files below $path, which is no folder"
      [[ -d "$at" ]] || { keep_times && mkdir "$at"; }
      ;;
    opaque) is_real_folder "$to" "$path" && make_opaque "$at" ;;
    whiteout) keep_times && mknod "$at" c 0 0 ;;
  esac
}

# Of many whiteouts in one folder it notes and sets the times once.
keep_times() {
  [[ "$kept" != "$parent" ]] || return 0
  [[ -z "$kept" ]] || give_times "$own/time" "$to/$kept"
  kept=$parent
  touch --no-dereference --reference="$to/$kept" -- "$own/time"
}

# Copies the attribute from a folder that tar makes with it: not every node has a program for that
# alone, and tar sets none on a folder that is there.
make_opaque() {
  local model=$staging/$run/opaque
  if [[ ! -d "$model" ]]; then
    mkdir "$own/opaque"
    tar --create --directory="$own" --format=posix --pax-option='SCHILY.xattr.trusted.overlay.opaque:=y' opaque |
      tar --extract --directory="$staging/$run" --xattrs '--xattrs-include=*'
  fi
  cp --recursive --attributes-only --preserve=xattr --no-target-directory -- "$model" "$1"
}

# A folder that the layer's tar does not name has the owner, mode and time that it has below, as
# containerd does it.
give_parents_attributes() {
  local to=$staging/$run/to/$1 i=$1
  for_unsaid "$own/unsaid.$i" give_one
}

give_one() {
  local below from
  [[ "$what" == folder ]] || return 0
  is_real_folder "$to" "$path" || die "a layer has files below $path, which is no folder"
  for ((below = i - 1; below >= 0; below--)); do
    [[ -n "${present[below]-}" ]] && is_real_folder "${present[below]}" "$path" || continue
    from=${present[below]}/$path
    chown --no-dereference --reference="$from" -- "$to/$path"
    chmod --reference="$from" -- "$to/$path"
    give_times "$from" "$to/$path"
    break
  done
}
