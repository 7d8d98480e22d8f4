# What a node has of files that Slipway has put there: a line for each of its records, which begins with whether
# the target is still what the record says: `there`, `file` of a single file that is, or `gone`. Runs in the
# node itself.
export LC_ALL=C
cd /var/lib/slipway-files 2>/dev/null || exit 0
count=0
for name in *; do
  [[ $name =~ ^[0-9a-f]{32}$ && -f $name && ! -L $name ]] || continue
  ((++count <= 500)) || break
  IFS= read -r -n 4000 line <"$name"
  IFS=$'\t' read -r _ target id mode way _ <<<"$line"
  # Whoever is root in the node may have written it.
  [[ $target =~ ^(/[A-Za-z0-9_@+.-]+)+$ && $id =~ ^[0-9a-f]{16}$ ]] || continue
  version=${target##*/}.$id there=gone
  if [[ -L $target && $(readlink -- "$target") == "$version" && -e $target ]]; then there=there; fi
  # Whoever writes to a read-only file changes its time: all have the first second of 1970.
  if [[ $mode == ro && $there == there && -n $(find -H "$target" -type f -newermt @1 -print -quit 2>/dev/null) ]]; then
    there=gone
  fi
  if [[ $way == mount ]] && ! mountpoint -q -- "${target%/*}/$version"; then there=gone; fi
  if [[ $there == there && -f $target ]]; then there='file'; fi
  printf '%s\t%s\t%s\n' "$there" "$name" "$line"
done
