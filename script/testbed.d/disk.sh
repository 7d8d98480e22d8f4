# Where Docker's data is for a benchmark (SLIPWAY_TESTBED_JOURNAL): on a filesystem with a journal, as on a runner.
# An ext4 without one looks, for each file that it makes, at all that were deleted within the last minutes, which
# then takes up to ten times as long. Tests, which make few files, have less to do without.

# Sparse: it takes what is written to it. As big as a runner's, for whole jobs.
make_ext4() {
  truncate --size 64G "$1"
  quiet "$logs/mkfs-ext4.log" mkfs.ext4 -q -m 0 -E lazy_journal_init=1 "$1"
}

lacks_journal() {
  local device kind
  read -r device kind < <(findmnt --noheadings --output MAJ:MIN,FSTYPE --target "$1")
  [[ $kind == ext4 ]] || return 1
  device=$(readlink "/sys/dev/block/$device") || return 1
  ! compgen -G "/proc/fs/jbd2/${device##*/}-*" >/dev/null
}

# wants_journal FOLDER
wants_journal() {
  [[ -n ${SLIPWAY_TESTBED_JOURNAL:-} && $engine != host ]] || return 1
  ! is_own && lacks_journal "$1"
}

provide_disk() {
  local disk=$state/disk data=$state/data
  if mountpoint --quiet "$data"; then return; fi
  if [[ ! -e $disk ]]; then
    # What Docker has there already stays where it is.
    if ! wants_journal "$state" || [[ -n $(ls -A "$data") ]]; then return; fi
    need mkfs.ext4=e2fsprogs
    make_ext4 "$disk"
  fi
  mount -o loop,discard "$disk" "$data" || say 'there is no loop device for a disk with a journal'
}

warn_of_disk() {
  ! wants_journal "$state/data" ||
    say "Docker's data is on an ext4 without a journal, where files are made slowly after others were deleted. To measure as on a runner's disk: script/testbed down --purge, for each engine"
}
