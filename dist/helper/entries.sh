# What a layer's tar has, before anything relies on it.

# What tar reads in a layer, as tar itself says it: a line for each entry, then one for each extended
# attribute of it. Names are quoted as in C; attributes with line breaks in their names are left out.
list_entries() {
  tar --list --file=- --verbose --verbose --full-time --absolute-names --quoting-style=c --numeric-owner \
    --xattrs '--xattrs-include=*' --pax-option=$'delete=*\n*' --warning=no-timestamp --warning=no-unknown-keyword && cat >/dev/null
}

# Goes through such lines and refuses what tar and Docker could take for different things, above all an
# entry below something that is a folder no longer or a link. Prints what is to be made that no entry says:
#   folder PATH    (an entry is in it)
#   opaque PATH | whiteout PATH
# with paths that `printf %b` makes whole again. A folder comes before what is in it.
check_entries() {
  awk '
    function refuse(what) {
      print what >"/dev/stderr"
      is_refused = 1
      exit 1
    }
    function clean(name) {
      gsub(/\/(\.?\/)+/, "/", name)
      sub(/^(\.?\/)+/, "", name)
      sub(/(\/\.?)+$/, "", name)
      if (("/" name "/") ~ /\/\.\.\//) refuse("\"" name "\" leads up")
      return name == "." ? "" : name
    }
    # Where C has three octal digits, the shell has a zero before them, without which it takes one too many:
    # a slash out of \005 and a 7. Quotes it has as they are.
    function for_shell(path,   done, at, mark) {
      while ((at = index(path, "\\")) > 0) {
        mark = substr(path, at + 1, 1)
        done = done substr(path, 1, at - 1) (mark == "\"" ? "" : "\\") (mark ~ /[0-7]/ ? "0" : "") mark
        path = substr(path, at + 2)
      }
      return done path
    }
    function in_folders(path,   folder) {
      folder = path
      while (match(folder, /\/[^\/]*$/)) {
        folder = substr(folder, 1, RSTART - 1)
        if (folder in kind) {
          if (kind[folder] != "d") refuse("\"" path "\" is below \"" folder "\", which is no folder")
          return
        }
        if (folder ~ /(^|\/)\.wh\.[^\/]*$/) refuse("\"" path "\" is below a whiteout")
        kind[folder] = "d"
        unsaid["folder " folder]
      }
    }
    function remove(folder, name,   path) {
      if (name == ".wh..opq") {
        unsaid["opaque " (folder == "" ? "." : folder)]
        if (folder != "" && !(folder in kind)) {
          kind[folder] = "d"
          unsaid["folder " folder]
        }
        return
      }
      if (name ~ /^\.wh\./) return # Notes of aufs.
      if (name == "" || name == "." || name == "..") refuse("a whiteout of \"" name "\"")
      path = folder == "" ? name : folder "/" name
      if (path in kind) refuse("\"" path "\" is there and removed in one layer")
      kind[path] = "w"
      unsaid["whiteout " path]
    }
    function enter(type, path, target,   base) {
      if (type !~ /^[-dlhcbp]$/) refuse("\"" path "\" is of the unknown type " type)
      is_late = type == "d" && path in kind
      # Tar keeps what it heard first of a folder.
      if (is_late && kind[path] == "d" && path in said && said[path] != about) refuse("\"" path "\" comes twice and is not the same")
      if (path == "") {
        if (type != "d") refuse("its top is no folder")
        return
      }
      in_folders(path)
      base = path
      sub(/^.*\//, "", base)
      if (base ~ /^\.wh\./) {
        if (type != "-") refuse("\"" path "\" is a whiteout and no file")
        remove(substr(path, 1, length(path) - length(base) - 1), substr(base, 5))
        return
      }
      if (path in kind && kind[path] != "w" && (kind[path] == "d") != (type == "d"))
        refuse("\"" path "\" is a folder and something else")
      if (type == "h" && kind[target] !~ /^[-lhcbp]$/)
        refuse("\"" path "\" is a link to \"" target "\", which is no file before it")
      # To Docker the last one counts, to tar the first.
      if (type == "h" && said[target] != about) refuse("\"" path "\" and \"" target "\" are one file and not the same")
      kind[path] = type
      said[path] = about
      delete unsaid["whiteout " path]
      if (type == "d") delete unsaid["folder " path]
    }
    /^  / {
      if ($3 ~ /^trusted\.overlay\./) refuse("\"" path "\" has the attribute " $3)
      # Tar gives them to no folder that is there already.
      if (is_late) refuse("\"" path "\" gets attributes after what is in it")
      next
    }
    {
      type = substr($0, 1, 1)
      rest = substr($0, index($0, "\"") + 1)
      # Mode, owner and time.
      fields = split(substr($0, 1, index($0, "\"") - 1), field)
      about = substr(field[1], 2, 9) " " field[2] " " field[fields - 1] " " field[fields]
      if (!match(rest, /^([^"\\]|\\.)*"/)) refuse("an entry cannot be read")
      path = clean(substr(rest, 1, RLENGTH - 1))
      target = ""
      if (type == "h") {
        rest = substr(rest, RLENGTH + 1)
        if (rest !~ /^ link to ".*"$/) refuse("a link cannot be read")
        target = clean(substr(rest, 11, length(rest) - 11))
      }
      enter(type, path, target)
    }
    END { if (!is_refused) for (line in unsaid) print for_shell(line) }' | sort
}

# Calls a function with every line of check_entries, its path as it is.
for_unsaid() {
  local line what path
  while IFS= read -r line; do
    what=${line%% *}
    printf -v path %b "${line#* }"
    "${@:2}"
  done <"$1"
}
