# How a node's containerd is asked: by containerd.pl, over one connection for as long as there is something
# to ask. Where it does not work, or has failed, `ctr` and `crictl` do the same and say why.

# A machine's own containerd says where it is, and may not be seen by the machine's first process; a node's is
# where it always is.
socket() { echo "/proc/${pid:-1}/root${SLIPWAY_SOCKET:-/run/containerd/containerd.sock}"; }

# A paused node takes connections and never answers.
ctl() { ctr --timeout "${patience:-60s}" --address "$(socket)" --namespace k8s.io "$@"; }

# Becomes the client, so that whoever ends this one ends it. Every Debian has a Perl, but a node may be something
# else.
client() { exec perl -e "$client" "$(socket)" 2>/dev/null; }

# It may take its time to start while other things are done.
start_client() {
  mkfifo "$own/asked" "$own/answered"
  client <"$own/asked" >"$own/answered" &
  answerer=$!
  exec {asking}>"$own/asked" {answering}<"$own/answered"
}

await_client() {
  read -r _ <&"$answering" || asking=''
}

# Others of ours hold its input open, so its end is said; what it still answers is for nobody. One that does not
# come to its end is not waited for.
end_client() {
  local i drain
  [[ -n "${asking-}" ]] || return 0
  while read -r _; do :; done <&"$answering" &
  drain=$!
  { echo >&"$asking"; } 2>/dev/null || true
  for ((i = 0; i < 100; i++)); do kill -0 "$answerer" 2>/dev/null && sleep 0.05 || break; done
  kill -KILL "$drain" "$answerer" 2>/dev/null || true
  asking=''
}

# answers: what is answered to a command in the words of containerd.pl, a line each, without the last `done`.
request() {
  local line is_list=''
  answers=()
  [[ $1 != @(images|labels|snapshots|held) ]] || is_list=yes
  if [[ -n "${asking-}" ]]; then
    printf -v line '%s\t' "$@"
    { printf '%s\n' "${line%?}" >&"$asking"; } 2>/dev/null || true
    while IFS= read -r line <&"$answering" && [[ "$line" != failed ]]; do
      [[ -z "$is_list" || "$line" != "done" ]] || return 0
      answers+=("$line")
      [[ -n "$is_list" ]] || return 0
    done
    answers=()
  fi
  "by_ctr_$1" "${@:2}" >"$own/answers" || return
  mapfile -t answers <"$own/answers"
}

by_ctr_labels() {
  ctl images list "${@/#/name==}" |
    sed -nE 's/^([^ ]+) (.*[ ,])?dev\.slipway\/record=([0-9a-z.]+).*/label\t\1\t\3/p; t; /^REF /!s/^([^ ]+) .*/label\t\1\t/p'
}

# From the node's crictl, as in the node: with its mounts and processes, as programs look for themselves in
# /proc.
by_ctr_image() {
  local printed pattern='"id": *"(sha256:[0-9a-f]{64})"'
  if printed=$(timeout 10 nsenter --target "${pid:-1}" --mount --pid -- crictl inspecti "$1" 2>"$own/crictl"); then
    # Before it there may be what the image says of itself.
    [[ "${printed##*\"status\": \{}" =~ $pattern ]] && echo "${BASH_REMATCH[1]}"
  else
    grep -q '[Nn]o such image' "$own/crictl" && echo none
  fi
}

by_ctr_view() {
  local mounts
  mounts=$(ctl snapshots view --mounts "$1" "$2") || return
  # Nothing roots a view, so the garbage collector may have been quicker.
  ctl snapshots remove "$1" 2>/dev/null || true
  read_mounts "$mounts" && (IFS=$'\t' && printf 'done\t%s\n' "${lowers[*]}")
}

by_ctr_remove() { ctl snapshots remove "$1"; }

by_ctr_publish() {
  local upper lowers
  # That of the client, as far as it came.
  ctl snapshots remove "$1" 2>/dev/null || true
  read_mounts "$(ctl snapshots prepare --mounts "$1" ${2:+"$2"})" &&
    mv --no-target-directory "$4" "$6${upper#"$5"}" && echo "uncommitted"$'\t'"$upper"
}

by_ctr_release() { ctl snapshots label "$1" containerd.io/gc.root= "containerd.io/snapshot.ref=$1" >/dev/null; }

# An archive of manifest and config, without layers: containerd finds every snapshot and asks for no blob.
by_ctr_import() {
  local top=$1 record=$2 type=$3 blobs=$4 manifest=$5 name entries='' separator='' size archive
  archive=$own/archive
  mkdir -p "$archive/blobs" && cp -r "$blobs" "$archive/blobs/sha256" || return
  size=$(stat -c %s "$blobs/${manifest#sha256:}") || return
  for name in "${@:7}"; do
    entries+="$separator{\"mediaType\":\"$type\",\"digest\":\"$manifest\",\"size\":$size,\"annotations\":{\"io.containerd.image.name\":\"$name\"}}"
    separator=,
  done
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$entries" >"$archive/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$archive/oci-layout"
  tar -C "$archive" -cf "$own/image.tar" oci-layout index.json blobs && ctl images import "$own/image.tar" >/dev/null || return
  [[ -n "$record" ]] || return 0
  for name in "${@:7}"; do ctl images label "$name" "dev.slipway/record=$record" >/dev/null || return; done
}
