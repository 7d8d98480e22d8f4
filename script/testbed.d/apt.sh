# Debian's packages of another suite, without touching the machine's own apt.

# codename: the machine's suite.
codename() { sed -n 's/^VERSION_CODENAME="\{0,1\}\([a-z]*\).*/\1/p' /etc/os-release; }

# targets: "LABEL URI COMPONENT" of the machine's own suite, from its own apt.
targets() {
  apt-get indextargets --format '$(LABEL) $(REPO_URI) $(COMPONENT)' \
    "Created-By: Packages" "Codename: $(codename)" | sort -u
}

# mirror: the URI the machine itself installs from. No other is ever tried.
mirror() {
  local found
  found=$(targets | awk '$1 == "Debian" || $1 == "Ubuntu" { print $2; exit }')
  if [[ -z $found ]]; then
    # Slim machines come without package lists.
    quiet "$logs/apt-update.log" apt-get update >&2
    found=$(targets | awk '$1 == "Debian" || $1 == "Ubuntu" { print $2; exit }')
  fi
  [[ -n $found ]] || die "apt knows no package mirror for $(codename)"
  echo "$found"
}

is_debian() { grep -qx 'ID=debian' /etc/os-release; }

keyring() {
  local ring=/usr/share/keyrings/debian-archive-keyring.gpg
  is_debian || ring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
  [[ -r $ring ]] || need "$ring=debian-archive-keyring" >&2
  echo "$ring"
}

components() { if is_debian; then echo main; else echo main,universe; fi; }

# private_apt SUITE PROGRAM ARGUMENT...: apt-get or apt-cache with its lists, cache and package
# database below the state folder.
private_apt() {
  local program=$2 dir=$root/apt/$1
  shift 2
  "$program" -o "Dir::State=$dir" -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache" \
    -o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none \
    -o APT::Sandbox::User=root "$@"
}

# package_lists SUITE: fetched again after half an hour, by one of those that want them at the same time.
package_lists() {
  mkdir -p "$root/apt/$1"
  (flock 8 && fetch_lists "$1") 8>"$root/apt/$1/fetching"
}

fetch_lists() {
  local dir=$root/apt/$1
  [[ -z $(find "$dir/fetched" -mmin -30 2>/dev/null) ]] || return 0
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  : >"$dir/status"
  echo "deb [signed-by=$(keyring)] $(mirror) $1 $(components | tr , ' ')" >"$dir/sources.list"
  private_apt "$1" apt-get update && touch "$dir/fetched"
}

# unpack SUITE TARGET PACKAGE...: only the named packages, no dependencies. One
# with a question mark at its end may be missing in the suite.
unpack() {
  local suite=$1 target=$2 debs deb name names=()
  shift 2
  package_lists "$suite" || return
  debs=$(mktemp -d "$root/apt/$suite/debs.XXXXXX")
  for name in "$@"; do
    if [[ $name != *\? ]] || private_apt "$suite" apt-cache show "${name%\?}" >/dev/null 2>&1; then
      names+=("${name%\?}")
    fi
  done
  (cd "$debs" && private_apt "$suite" apt-get download "${names[@]}") || return
  for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$target" || return
  done
  rm -rf "$debs"
}
