# Where links do not reach: the store's own tree, mounted read-only into a node that runs. It takes no bytes
# and no time, any filesystem will do, and it is gone when the node has been restarted.

sub parent_in_node { my ($place) = @_; return $place->{target} =~ s{/[^/]+$}{}r }

# Whether a version is mounted in the node, and from the store's present tree of it.
sub is_mounted {
  my ($place, $name) = @_;
  my $wanted = parent_in_node($place) . "/$name";
  my ($id) = $name =~ /([0-9a-f]{16})$/;
  open my $file, '<', "/proc/$place->{pid}/mountinfo" or return 0;
  local $/ = "\n";
  while (defined(my $line = <$file>)) {
    my ($root, $point) = (split / /, $line)[3, 4];
    return 1 if $point eq $wanted && $root =~ m{/trees/\Q$id\E$};
  }
  return 0;
}

# Whether a process has the store's tree mounted beside the node's own mount of it.
sub is_in_use_elsewhere {
  my ($id) = @_;
  my (%seen, $count);
  $count = 0;
  for my $proc (glob '/proc/[0-9]*') {
    my $namespace = readlink "$proc/ns/mnt" // '';
    next if $seen{$namespace}++;
    open my $file, '<', "$proc/mountinfo" or next;
    local $/ = "\n";
    while (defined(my $line = <$file>)) {
      my ($root, $point) = (split / /, $line)[3, 4];
      $count += 1 if $root =~ m{/trees/\Q$id\E(?:/|$)} && $point !~ m{\.\Q$id\E$};
    }
  }
  return $count > 0;
}

# Runs in a process of its own, as there is no way back out of the node.
sub in_node {
  my ($place, $work) = @_;
  my $pid = fork // return 0;
  if ($pid == 0) {
    my $done = eval {
      open my $namespace, '<', "/proc/$place->{pid}/ns/mnt" or die;
      my @work = $work->('outside');
      # CLONE_NEWNS
      syscall($number{setns}, fileno $namespace, 0x20000) == 0 or die;
      $work->('inside', @work);
    };
    POSIX::_exit($done ? 0 : 1);
  }
  waitpid $pid, 0;
  return $? == 0;
}

# One at a time: nodes share it. One that is not whole stays for those that have it, under a name that trimming
# knows.
sub build_in_store {
  my ($verify) = @_;
  my $name = $tree{id};
  chdir "$store/trees" or return 0;
  sysopen my $lock, '.lock', O_RDWR | O_CREAT | O_NOFOLLOW, 0600 or return 0;
  flock $lock, LOCK_EX or return 0;
  return 1 if lstat $name and !$verify || is_whole($name);
  rename $name, ".$name.old.$run";
  remove_all(".$name.$run");
  return build_tree(".$name.$run", 'link') && rename ".$name.$run", $name;
}

# A user namespace that knows no user of the files. Whatever is mounted by it, nobody may write to, not even
# root, and not even where a pod's runtime has made its own mount of it writable.
sub open_foreign_users {
  pipe my $ready, my $made or return undef;
  pipe my $over, my $working or return undef;
  my $pid = fork // return undef;
  if ($pid == 0) {
    close $ready;
    close $working;
    # CLONE_NEWUSER
    syswrite $made, '1' if syscall($number{unshare}, 0x10000000) == 0;
    close $made;
    sysread $over, my $end, 1;
    POSIX::_exit(0);
  }
  close $made;
  close $over;
  my $users;
  if (sysread $ready, my $answer, 1) {
    for my $map ('uid_map', 'gid_map') {
      open my $file, '>', "/proc/$pid/$map" or next;
      syswrite $file, "65534 65534 1\n";
    }
    open $users, '<', "/proc/$pid/ns/user" or undef $users;
  }
  close $working;
  waitpid $pid, 0;
  return $users;
}

# Read-only for whoever has it; false where the kernel or the filesystem cannot have it so.
sub restrict_mount {
  my ($fd) = @_;
  my ($empty, $users) = ("\0", open_foreign_users());
  # MOUNT_ATTR_RDONLY, NOSUID, NODEV, and IDMAP; AT_EMPTY_PATH
  for my $attributes (defined $users ? pack('QQQQ', 0x100007, 0, 0, fileno $users) : (), pack('QQQQ', 7, 0, 0, 0)) {
    return 1 if syscall($number{mount_setattr}, $fd, $empty, 0x1000, $attributes, 32) == 0;
  }
  return 0;
}

sub mount_tree {
  my ($place, $version) = @_;
  my $built = build_in_store($place->{verify});
  return 0 if descend($place->{root}, $place->{parent}, 0) ne '' || !$built;
  mkdir $version, 0755 or $!{EEXIST} or return 0;
  my $mounted = in_node($place, sub {
    my ($side, $tree) = @_;
    if ($side eq 'outside') {
      my $path = "$store/trees/$tree{id}\0";
      # AT_FDCWD, OPEN_TREE_CLONE and OPEN_TREE_CLOEXEC
      my $fd = syscall $number{open_tree}, -100, $path, 1 | 02000000;
      die if $fd < 0;
      restrict_mount($fd) or die;
      return $fd;
    }
    descend('/', parent_in_node($place), 0) eq '' or die;
    my ($from, $to) = ("\0", "$version\0");
    # MOVE_MOUNT_F_EMPTY_PATH
    syscall($number{move_mount}, $tree, $from, -100, $to, 4) == 0 or die;
    return 1;
  });
  rmdir $version unless $mounted;
  return $mounted;
}

sub unmount {
  my ($place, $version) = @_;
  my ($path, $number) = (parent_in_node($place) . "/$version\0", $arm ? 39 : 166);
  # MNT_DETACH and UMOUNT_NOFOLLOW
  return in_node($place, sub { $_[0] eq 'outside' ? 1 : syscall($number, $path, 2 | 8) == 0 || die });
}
