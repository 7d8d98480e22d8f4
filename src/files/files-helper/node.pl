# One node: what we have put there before, and whether we may put something where we are asked to.

# Goes into a folder below one that we trust, by names that may lead nowhere else: no link is followed.
sub descend {
  my ($root, $path, $makes) = @_;
  chdir $root or return "cannot see its folder: $!";
  for my $name (split m{/}, $path) {
    next if $name eq '';
    my @seen = lstat $name;
    if (!@seen) {
      return 'it is not there' unless $makes;
      mkdir $name, 0755 or $!{EEXIST} or return "cannot make the folder $name: $!";
      @seen = lstat $name or return "cannot make the folder $name";
    }
    return "$name is no folder" unless S_ISDIR($seen[2]);
    chdir $name or return "cannot go into $name: $!";
    my @here = stat '.';
    return "$name has just been replaced" unless "@here[0, 1]" eq "@seen[0, 1]";
  }
  return '';
}

# Something that is mounted in the node over the path, or on the way to it, hides what we would put there.
sub find_cover {
  my ($pid, $destination, $target) = @_;
  open my $file, '<', "/proc/$pid/mountinfo" or return 'the node is gone';
  local $/ = "\n";
  while (defined(my $line = <$file>)) {
    my $point = (split / /, $line)[4];
    next if length $point <= length $destination;
    return "$point is a mount of its own in the node" if "$target/" =~ m{^\Q$point\E/};
  }
  return '';
}

# What a node knows of our files: one line each, VERSION TARGET ID MODE WAY KEY IDS, in a file that is called
# after the target.
my $records = 'lib/slipway-files';

sub read_record {
  my ($var, $name) = @_;
  my $here = '/proc/self/cwd';
  my $why = descend($var, $records, 1);
  return $why if $why ne '';
  my %record = (ids => '');
  if (sysopen my $file, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) {
    local $/ = "\n";
    my $line = <$file> // '';
    my ($version, $target, $id, $mode, $way, $key, $ids) = split /\t/, $line =~ s/\n//r;
    %record = (target => $target, id => $id, mode => $mode, way => $way, key => $key, ids => $ids)
      if ($version // '') eq 'v1' && ($ids // '') =~ /^[0-9a-f]{16}(?:,[0-9a-f]{16})*$/;
  }
  return \%record;
}

sub write_record {
  my ($var, $name, $record) = @_;
  my $why = descend($var, $records, 1);
  return $why if $why ne '';
  my $new = ".$name.$run";
  unlink $new;
  sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644 or return "cannot write its record: $!";
  my $line = join("\t", 'v1', @$record{qw(target id mode way key ids)}) . "\n";
  (syswrite($file, $line) // 0) == length $line or return "cannot write its record: $!";
  close $file and rename $new, $name or return "cannot write its record: $!";
  return '';
}

# Held until this process ends.
sub lock_node {
  my ($var) = @_;
  my $why = descend($var, $records, 1);
  return $why if $why ne '';
  # Of runs that were killed; none is at work here once the lock is ours.
  sysopen my $lock, 'lock', O_RDWR | O_CREAT | O_NOFOLLOW, 0600 or return "cannot lock it: $!";
  $locks{node} = $lock;
  flock $lock, LOCK_EX or return "cannot lock it: $!";
  opendir my $handle, '.' or return "cannot read its records: $!";
  unlink grep { /^\.[0-9a-f]{32}\.[0-9a-f]{16}$/ } readdir $handle;
  return '';
}

# Whether a process anywhere has the folder mounted, as pods do that use it.
sub is_in_use {
  my ($path) = @_;
  my %seen = ();
  for my $proc (glob '/proc/[0-9]*') {
    my $namespace = readlink "$proc/ns/mnt" // '';
    next if $seen{$namespace}++;
    open my $file, '<', "$proc/mountinfo" or next;
    local $/ = "\n";
    while (defined(my $line = <$file>)) { return 1 if (split / /, $line)[3] =~ m{\Q$path\E(?:/|$)} }
  }
  return 0;
}
