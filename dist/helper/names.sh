# Names in layers. Whoever made the image chose every one of them: with line breaks, dashes in front,
# bytes that are no letters. So lists of them end in NUL or are quoted, no name goes through $(...), which
# eats line breaks at its end, and nothing follows a link.

# True when every component of a relative path is a real folder, so that nobody leads us elsewhere.
is_real_folder() {
  local base=$1 rest=$2/
  [[ "/$rest" != */../* ]] || return 1
  while [[ -n "$rest" ]]; do
    base+=/${rest%%/*}
    rest=${rest#*/}
    [[ -d "$base" && ! -L "$base" ]] || return 1
  done
}

# What a relative path is in; a dot for what is at the top.
parent_of() { if [[ "$1" == */* ]]; then parent=${1%/*}; else parent=.; fi; }

# Gives a folder the times of a file or of another folder.
give_times() { touch --no-create --no-dereference --reference="$1" -- "$2"; }

# What goes to people is one line, whoever wrote what is in it.
one_line() { printf '%s\n' "${1//[[:cntrl:]]/?}"; }
