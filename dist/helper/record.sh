# What is remembered of a loaded image, as a label of its names in the node's containerd: Docker's ID
# of it, its config, its layers' folders, and how these look near their tops. The label goes with the
# image, and with whatever gives the name to another one.

# lowers: the folders behind a snapshot, as `ctr snapshots prepare|view --mounts` prints them, lowest
# first; upper: the folder that is written to, empty for a view.
read_mounts() {
  local i
  local -a top_first=()
  lowers=() upper=''
  if [[ "$1" =~ upperdir=([^\",]+) ]]; then upper=${BASH_REMATCH[1]}; fi
  if [[ "$1" =~ lowerdir=([^\",]+) ]]; then
    IFS=: read -ra top_first <<<"${BASH_REMATCH[1]}"
  elif [[ "$1" =~ \"Source\":\ *\"([^\"]+)\" ]]; then
    # A first layer to be written, or a view of a single one.
    if [[ "$1" == *'"rw"'* ]]; then upper=${BASH_REMATCH[1]}; else top_first=("${BASH_REMATCH[1]}"); fi
  fi
  for ((i = ${#top_first[@]} - 1; i >= 0; i--)); do lowers+=("${top_first[i]}"); done
  [[ -n "$upper" ]] || ((${#lowers[@]} > 0))
}

# The two top levels of layers' folders: names in a folder that are or lead to theirs; each entry begins
# with such a name and ends in NUL. To read every file would take longer than to load the image.
list_tops() {
  (cd "$1" && find -H "${@:2}" -maxdepth 2 -printf '%H\t%P\t%y\0' 2>/dev/null || true) | sort -z
}

# DOCKER_ID.CONFIG.TOPS.FOLDER.FOLDER..., digests in hex, folders by the snapshotter's numbers.
# Arguments: Docker's ID, the config's digest, the folder that holds the snapshots, numbers.
make_record() {
  local image=$1 config=$2 snapshots=$3 tops=none
  shift 3
  (($# == 0)) || tops=$(list_tops "$snapshots" "${@/%//fs}" | sha256sum)
  (IFS=. && echo "${image#sha256:}.${config#sha256:}.${tops%% *}${*:+.$*}")
}
