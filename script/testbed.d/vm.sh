# A small virtual machine, for what has to be seen on another kernel than this machine's, such as
# cgroup v2. QEMU translates the processor, as not every machine that is virtual itself can nest one.
# It has no disk and no network: all is in its initramfs.

vm=$root/vm
vm_init=$lib/vm/init
vm_memory_mb=256
vm_timeout_s=300

# What stories need: Debian's own, as kind's nodes have them.
vm_programs=(bash awk cat chmod cut date dmesg grep head ln mkdir mount nsenter perl rm rmdir seq setpriv sleep stty tail timeout umount uname unshare)

# vm_kernel_package: what the suite's name for "a kernel for virtual machines" stands for today.
vm_kernel_package() {
  private_apt "$suite" apt-cache depends linux-image-cloud-amd64 |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# Only vmlinuz is kept: what a story needs is built in.
unpack_kernel() {
  local package found
  rm -rf "$vm/$suite.new"
  mkdir -p "$vm/$suite.new"
  package_lists "$suite" && package=$(vm_kernel_package) && [[ -n $package ]] || return
  # Since forky the kernel itself is in a package that linux-image depends on.
  unpack "$suite" "$vm/$suite.new" "$package" "${package/linux-image/linux-binary}?" || return
  found=$(find "$vm/$suite.new" -type f -name 'vmlinuz*' -size +1M | head -n 1)
  [[ -n $found ]] || return
  mv "$found" "$vm/$suite-vmlinuz"
  rm -rf "$vm/$suite.new"
}

vm_kernel_hash() { recipe_hash "$suite" "$(declare -f unpack_kernel vm_kernel_package unpack)"; }

# The programs are this machine's: one that was updated is another.
vm_tree_hash() {
  local name paths=()
  for name in "${vm_programs[@]}"; do paths+=("$(PATH=$PATH:/usr/sbin:/sbin command -v "$name")"); done
  recipe_hash "$vm_init" "$(declare -f make_tree archive)" "$(stat --dereference --format '%n %s %Y' "${paths[@]}")"
}

# archive FOLDER FILE: of what is in the folder, as the kernel unpacks it.
archive() { (cd "$1" && find . -mindepth 1 | sort | cpio --quiet --create --format newc --owner 0:0) >"$2"; }

make_tree() {
  local tree name program library
  tree=$(mktemp -d "$vm/tree.XXXXXX")
  mkdir -p "$tree"/{bin,dev,proc,sys,tmp,story}
  for name in "${vm_programs[@]}"; do
    program=$(PATH=$PATH:/usr/sbin:/sbin command -v "$name") || return
    cp --dereference "$program" "$tree/bin/$name" || return
    ldd "$program" | grep -o '/[^ ]*' >>"$tree.libraries" || true
  done
  while read -r library; do
    # Where the program looks for it, whatever is a link there.
    mkdir -p "$tree${library%/*}" && cp --dereference "$library" "$tree$library" || return
  done < <(sort -u "$tree.libraries")
  ln -s bash "$tree/bin/sh"
  cp "$vm_init" "$tree/init" && chmod 755 "$tree/init" && archive "$tree" "$vm/tree.cpio" || return
  rm -rf "$tree" "$tree.libraries"
}

vm_fresh() {
  command -v qemu-system-x86_64 >/dev/null && fresh "$vm/$suite-vmlinuz" "$(vm_kernel_hash)" &&
    fresh "$vm/tree.cpio" "$(vm_tree_hash)"
}

provide_vm() {
  is_debian || die 'vm: its kernel is taken from Debian, and this machine is none'
  mkdir -p "$vm"
  need qemu-system-x86_64=qemu-system-x86 cpio=cpio perl=perl-base awk=mawk ldd=libc-bin
  if ! fresh "$vm/$suite-vmlinuz" "$(vm_kernel_hash)"; then
    step "unpacking a kernel of $suite" quiet "$logs/vm-kernel.log" unpack_kernel
    stamp "$vm/$suite-vmlinuz" "$(vm_kernel_hash)"
  fi
  if ! fresh "$vm/tree.cpio" "$(vm_tree_hash)"; then
    step 'packing the virtual machine' quiet "$logs/vm-tree.log" make_tree
    stamp "$vm/tree.cpio" "$(vm_tree_hash)"
  fi
}

# boot FOLDER: with what is below its `tree`; the kernel unpacks archives one over the other. Whatever
# ends this script ends the machine.
boot() {
  archive "$1/tree" "$1/story.cpio"
  cat "$vm/tree.cpio" "$1/story.cpio" >"$1/initramfs"
  setpriv --pdeathsig TERM timeout "$vm_timeout_s" \
    qemu-system-x86_64 -accel tcg -cpu qemu64,-cx16 -m "$vm_memory_mb" -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$vm/$suite-vmlinuz" -initrd "$1/initramfs" \
    -append 'console=ttyS0 quiet panic=-1 mitigations=off printk.devkmsg=on' \
    -serial "file:$1/console" -serial "file:$1/printed" </dev/null >&2
}

# vm_command SCRIPT FILE...: boots, runs the script with bash beside the files, prints what it prints
# and fails when it fails.
vm_command() {
  [[ -r ${1:-} ]] || die 'vm: the script to run, and files that it needs'
  vm_fresh || (locked provide_vm)
  local work last
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # as it is now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/tree/story"
  [[ $# == 1 ]] || cp "${@:2}" "$work/tree/story/"
  cp "$1" "$work/tree/story/run"
  # Now and then the kernel stumbles over QEMU's processor while it starts.
  local attempt
  for attempt in 1 2 3; do
    boot "$work" || true
    [[ ! -s $work/printed ]] || break
    say "vm: attempt $attempt did not reach the script"
  done
  last=$(tail -n 1 "$work/printed" 2>/dev/null) || true
  if [[ $last != '== story ended with '* ]]; then
    tail -n 40 "$work/console" "$work/printed" >&2 || true
    die 'vm: it stopped before the end of the script'
  fi
  head -n -1 "$work/printed"
  [[ $last == '== story ended with 0' ]] || die "vm: the ${last#== }"
}
