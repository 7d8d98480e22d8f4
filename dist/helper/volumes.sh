# Images that Slipway has made of files in a node, for src/load/volume-state.ts. Runs in the node itself.
# Arguments: what to do, and names of images.
#   list   `containerd VERSION`, `kubelet VERSION` and `gate VALUE` as far as the node has them, and
#          `image NAME used|free pinned|loose` for each image
#   pin    kubelet, which could not pull them again, keeps the images on a full disk
#   drop   `removed NAME`, or `kept NAME` of one that something uses
set -o pipefail
export LC_ALL=C
pid=1 patience=20s

# Name, record, and whether it is pinned, of those that have a record of ours.
list_images() {
  ctl images list | sed -nE '
    s/^(slipway\.local\/[^ ]+) (.*[ ,])?dev\.slipway\/record=([0-9a-z.]+)(.*io\.cri-containerd\.pinned=pinned.*)$/\1\t\3\tpinned/p; t
    s/^(slipway\.local\/[^ ]+) (.*[ ,])?dev\.slipway\/record=([0-9a-z.]+).*/\1\t\3\tloose/p'
}

# Pods mount an image as an overlay, of which its one layer is the lower folder.
is_used() {
  local number=${1##*.}
  grep -Eq "lowerdir\+?=([^, ]*[/:])?$number/fs([:, ]|$)" /proc/self/mountinfo
}

# The words that the running kubelet was started with: minikube has it on no PATH, and names gates there alone.
find_kubelet() {
  local main
  main=$(timeout 2 systemctl show --property MainPID --value kubelet 2>/dev/null) || main=''
  [[ ! "$main" =~ ^[1-9][0-9]*$ ]] || mapfile -d '' -t kubelet <"/proc/$main/cmdline"
  [[ -x "${kubelet[0]-}" ]] || kubelet=("$(command -v kubelet)")
}

config_of() { IFS=. read -r _ config _ <<<"$1"; }

list() {
  local name record pinned
  local -a kubelet=()
  ctl version | awk '/^Server/ { seen = 1 } seen && $1 == "Version:" { print "containerd\t" $2; exit }'
  find_kubelet
  [[ -z "${kubelet[0]}" ]] || printf 'kubelet\t%s\n' "$(timeout 10 "${kubelet[0]}" --version)"
  # A flag comes before the configuration.
  printf '%s\n' "${kubelet[@]}" | sed -nE 's/^--feature-gates=(.*,)?ImageVolume=(true|false)(,.*)?$/gate\t\2/p'
  sed -nE 's/^.*\bImageVolume"?: *(true|false).*/gate\t\1/p' /var/lib/kubelet/config.yaml 2>/dev/null
  list_images | while IFS=$'\t' read -r name record pinned; do
    printf 'image\t%s\t%s\t%s\n' "$name" "$(is_used "$record" && echo used || echo free)" "$pinned"
  done
}

pin() { for name in "$@"; do ctl images label "$name" io.cri-containerd.pinned=pinned >/dev/null; done; }

drop() {
  local name record config
  for name in "$@"; do
    record=$(list_images | awk -v name="$name" '$1 == name { print $2 }') || exit 1
    [[ -n "$record" ]] || continue
    if is_used "$record"; then printf 'kept\t%s\n' "$name"; continue; fi
    ctl images remove "$name" >/dev/null || exit 1
    config_of "$record"
    # CRI gives every image its ID as a second name and does not take it back.
    list_images | grep -q $'\t'"[0-9a-f]*\.$config\." || ctl images remove --sync "sha256:$config" >/dev/null
    printf 'removed\t%s\n' "$name"
  done
}

case ${1-} in
  list | pin | drop) "$@" ;;
  *) exit 1 ;;
esac
