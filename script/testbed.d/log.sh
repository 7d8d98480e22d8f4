# Progress on stderr; stdout belongs to commands such as `env` and `node`.

say() { printf 'testbed: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

now_ms() { local us=${EPOCHREALTIME/[.,]/}; echo "${us%???}"; }

seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step TITLE COMMAND...: says what runs and how long it took.
step() {
  local title=$1 from
  shift
  from=$(now_ms)
  say "$title ..."
  "$@" || die "$title: failed"
  took "$title" "$from"
}

# quiet LOGFILE COMMAND...: output goes to a file, shown only on failure.
quiet() {
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    say "full log: $log"
    return 1
  fi
}

# took TITLE FROM: in a file, as steps that run side by side are subshells.
took() {
  say "$1: $(seconds_since "$2")"
  printf '%s: %s\n' "$1" "$(seconds_since "$2")" >>"$logs/times.$$"
}

report_times() {
  if [[ -f $logs/times.$$ ]]; then
    say "up after $(seconds_since "$1"), of it:"
    sed 's/^/testbed:   /' "$logs/times.$$" >&2
    rm -f "$logs/times.$$"
  fi
}
