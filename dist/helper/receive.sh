# Unpacks layers as they arrive on file descriptor 3 into a folder of ours, without a blob in between.

# Where tar puts a layer's whiteouts, below the layer; no file's name gets longer by that.
marks=.slipway-whiteouts

receive_records() {
  local word size what
  while read -r word size what <&3; do
    case $word in
      layer) receive_layer "$size" $what ;;
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
  head -c "$size" <&3 >"$file"
  [[ "$(digest_of "$file")" == "$digest" ]] || die "what came as $digest is something else"
  [[ "$digest" == "$config_digest" ]] || ln -f "$file" "$work/manifest"
}

# A layer that occurs more than once is unpacked once and copied.
receive_layer() {
  local size=$1 first=$2 i to=$staging/$run/to way=copy
  unpack_layer "$size" "$first" "$to/$first"
  for i in "${@:3}"; do
    transfer "$to/$first" "$to/$i"
    cp "$own/names.$first" "$own/names.$i"
  done
}

# One layer's tar becomes files, and its digest proves that it is what Docker has.
unpack_layer() {
  local size=$1 i=$2 to=$3 sum summing error
  local -a unpack=("${unpackers[i]}")
  [[ "${unpack[0]}" == cat ]] || unpack+=(-dc)
  mkdir "$to"
  mkfifo "$own/tar.$i"
  sha256sum <"$own/tar.$i" >"$own/sum.$i" &
  summing=$!
  head -c "$size" <&3 | "${unpack[@]}" | tee "$own/tar.$i" |
    { extract_layer "$to" >"$own/names.$i" && cat >/dev/null; } 2>"$own/error.$i" || {
    # What follows the first trouble follows from it, but a full disk shows in several ways.
    error=$(grep -m 1 'No space left' "$own/error.$i" || head -n 1 "$own/error.$i")
    die "unpacking the layer ${diffs[i]}: ${error:-it ended early}"
  }
  wait "$summing"
  read -r sum _ <"$own/sum.$i"
  [[ "sha256:$sum" == "${diffs[i]}" ]] || die "what came as the layer ${diffs[i]} has the digest sha256:$sum"
  convert_whiteouts "$to"
}

# Overlay's own attributes are not an image's to set.
extract_layer() {
  tar --extract --file=- --directory="$1" --verbose --quoting-style=literal --numeric-owner \
    --same-owner --same-permissions --delay-directory-restore --acls --xattrs '--xattrs-include=*' \
    '--xattrs-exclude=trusted.overlay.*' --warning=no-timestamp --warning=no-unknown-keyword \
    --transform="s|^\(.*/\)\?\.wh\.\([^/]*\)\$|$marks/\1\2|rSH"
}

# Makes sure that a folder is there and no link leads elsewhere on the way to it.
reach_folder() {
  local at=$1 part
  local -a parts
  IFS=/ read -r -d '' -a parts < <(printf '%s\0' "$2") || true
  for part in "${parts[@]}"; do
    [[ -n "$part" ]] || continue
    at+=/$part
    [[ ! -L "$at" ]] && { [[ -d "$at" ]] || mkdir "$at" 2>/dev/null; } ||
      die "a layer removes files below $2, which is no folder"
  done
}

# An image's whiteouts are files named `.wh.NAME`, those of overlayfs device nodes named NAME, and a
# folder that hides all below it has an attribute. The folders' times stay.
convert_whiteouts() {
  local to=$1 folder name path
  [[ -d "$to/$marks" ]] || return 0
  touch --reference="$to" "$own/root-time"
  while IFS= read -r -d '' folder; do
    reach_folder "$to" "$folder"
    touch --reference="$to/$folder" "$own/time"
    while IFS= read -r -d '' name; do
      path=$to/$folder/$name
      if [[ "$name" == .wh..opq ]]; then
        make_opaque "$to/$folder"
      elif [[ "$name" == .wh.* ]]; then
        : # Notes of aufs.
      elif [[ -d "$path" && ! -L "$path" ]]; then
        make_opaque "$path"
      elif [[ ! -e "$path" && ! -L "$path" ]]; then
        mknod "$path" c 0 0
      fi
    done < <(find "$to/$marks/$folder" -mindepth 1 -maxdepth 1 ! -type d -printf '%f\0')
    touch --reference="$own/time" "$to/$folder"
  done < <(find "$to/$marks" -type d -printf '%P\0')
  rm -rf "${to:?}/$marks"
  touch --reference="$own/root-time" "$to"
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
  cp --recursive --attributes-only --preserve=xattr --no-target-directory "$model" "$1"
}

# A folder that the layer's tar does not name has the owner, mode and time that it has below, as
# containerd does it.
give_parents_attributes() {
  local i=$1 to=$staging/$run/to/$1 folder below
  while IFS= read -r folder; do
    for ((below = i - 1; below >= 0; below--)); do
      [[ -n "${present[below]-}" && -d "${present[below]}/$folder" && ! -L "${present[below]}/$folder" ]] || continue
      chown --reference="${present[below]}/$folder" "$to/$folder"
      chmod --reference="${present[below]}/$folder" "$to/$folder"
      touch --reference="${present[below]}/$folder" "$to/$folder"
      break
    done
  done < <(comm -13 <(sed -e 's,^\(\.\?/\)*,,' -e 's,/*$,,' "$own/names.$i" | sort) \
    <(find "$to" -mindepth 1 -type d -printf '%P\n' | sort))
}
