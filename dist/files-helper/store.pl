# The store: files by their digests, root's and read-only, as all nodes share them.

# An inode has one mode.
sub object_path {
  my ($digest, $executable) = @_;
  return "$store/objects/$digest" . ($executable ? '.x' : '');
}

# Whether it is there and whole, as far as that is seen without reading it: whoever writes to it changes the
# time that all objects have, the first second of 1970, as Nix's have.
my $object_time = 1;

sub has_object {
  my ($digest, $size, $executable) = @_;
  my @found = lstat object_path($digest, $executable) or return 0;
  return S_ISREG($found[2]) && $found[7] == $size && ($found[2] & 0222) == 0 && $found[4] == 0 && $found[9] == $object_time;
}

# Runs of which nobody holds the lock any more are dead.
sub sweep_staging {
  opendir my $handle, "$store/staging" or return;
  for my $dead (map { /^([0-9a-f]{16})(?:\.lock)?$/ } readdir $handle) {
    next if $dead eq $run;
    open my $lock, '>>', "$store/staging/$dead.lock" or next;
    flock $lock, LOCK_EX | LOCK_NB or next;
    remove_all("$store/staging/$dead");
    unlink "$store/staging/$dead.lock";
  }
  closedir $handle;
}

# Somebody who sweeps may have removed the file between its being opened and locked.
sub lock_run {
  while (1) {
    open my $lock, '>>', "$store/staging/$run.lock" or fail("cannot lock: $!");
    flock $lock, LOCK_EX or fail("cannot lock: $!");
    my @named = stat "$store/staging/$run.lock";
    $locks{run} = $lock;
    return if @named && $named[1] == (stat $lock)[1];
  }
}

sub open_store {
  for ('', '/objects', '/staging', '/stats', '/trees') {
    mkdir "$store$_", 0700 or $!{EEXIST} or fail("cannot make the store's folder: $!");
    my @found = lstat "$store$_";
    fail("$store$_ is no folder") unless @found && S_ISDIR($found[2]);
  }
  chmod 0700, "$store/objects", "$store/staging", "$store/stats";
  lock_run();
  # Whoever removes what nobody needs waits for those that are at work.
  open $locks{store}, '>>', "$store/lock" or fail("cannot lock the store: $!");
  flock $locks{store}, LOCK_SH;
  sweep_staging();
  remove_all("$store/staging/$run");
  mkdir "$store/staging/$run", 0700 or fail("cannot make a folder in the store: $!");
}

sub close_store {
  remove_all("$store/staging/$run");
  unlink "$store/staging/$run.lock";
}

# Digests of files that have not changed since they were read, by what stat says of them.
my %known = ();

sub read_stats {
  open my $file, '<', "$store/stats/known" or return;
  local $/ = "\n";
  while (defined(my $line = <$file>)) { $known{$1} = $2 if $line =~ /^([0-9:]{9,120}) ([0-9a-f]{64})$/ }
}

# Nothing is kept of what may have been written to while it was read: such a file's time of change may
# stay as it is.
sub write_stats {
  my ($fresh) = @_;
  # What other steps have learned since this one has read it would be lost.
  sysopen my $lock, "$store/stats/lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600 or return;
  flock $lock, LOCK_EX or return;
  read_stats();
  my @kept = grep { !exists $fresh->{$_} } keys %known;
  splice @kept, 200_000 if @kept > 200_000;
  my $new = "$store/staging/$run/stats";
  open my $file, '>', $new or return;
  print $file "$_ $known{$_}\n" for @kept;
  print $file "$_ $fresh->{$_}\n" for keys %$fresh;
  close $file and rename $new, "$store/stats/known";
}

# Digests of files by their paths, which are ours. `openssl` and Debian's `sha256sum` use the processor's own
# instructions.
sub hash_files {
  my @paths = @_;
  return () unless @paths;
  my @digests = ();
  my $pid = open(my $output, '-|') // fail("fork: $!");
  if ($pid == 0) {
    exec { 'openssl' } 'openssl', 'dgst', '-sha256', '-r', @paths or
      exec { 'sha256sum' } 'sha256sum', '-b', @paths or POSIX::_exit(127);
  }
  local $/ = "\n";
  while (defined(my $line = <$output>)) { push @digests, $1 if $line =~ /^([0-9a-f]{64}) / }
  close $output;
  fail('cannot hash what was copied') unless @digests == @paths;
  return @digests;
}

# Opens a file of a source, if it is still the one that was seen.
sub open_source {
  my ($folder, $path, $stat) = @_;
  sysopen my $file, "$folder/$path", O_RDONLY | O_NOFOLLOW | O_NONBLOCK or return;
  return stat_text($file) eq $stat ? $file : undef;
}

# Copies a file into the staging folder; its name there, or undef where it is no longer the one that was seen.
sub stage_file {
  my ($folder, $each) = @_;
  my $from = open_source($folder, $each->{path}, $each->{stat}) or return undef;
  my $size = (stat $from)[7];
  my $staged = "$store/staging/$run/$each->{index}";
  sysopen my $to, $staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or fail("cannot write to the store: $!");
  copy_bytes($from, $to, $size) or fail("cannot write to the store: $!");
  utime $object_time, $object_time, $to;
  chmod $each->{executable} ? 0555 : 0444, $to;
  my $copied = -s $to;
  close $to or fail("cannot write to the store: $!");
  # Whoever writes to it meanwhile changes what stat says.
  return $staged if stat_text($from) eq $each->{stat} && $copied == $size;
  unlink $staged;
  return undef;
}

# Whether a file is what its name says, and the store has that: then its bytes are read, and not copied.
sub is_as_named {
  my ($folder, $each) = @_;
  return 0 unless $each->{named} ne '' && has_object($each->{named}, $each->{size}, $each->{executable});
  my $from = open_source($folder, $each->{path}, $each->{stat}) or return 0;
  my ($digest) = hash_files("/proc/$$/fd/" . fileno $from);
  return $digest eq $each->{named} && stat_text($from) eq $each->{stat};
}

# Copies files into the staging folder, and from there, once their digests are known, to their names.
sub copy_chunk {
  my ($sources, $chunk) = @_;
  my @staged = ();
  my @told = ();
  my ($bytes, $learned) = (0, '');
  for my $each (@$chunk) {
    if (is_as_named($sources->{$each->{source}}, $each)) {
      $learned .= "$each->{stat} $each->{named}\n";
      push @told, ['object', $each->{index}, $each->{named}];
      next;
    }
    my $staged = stage_file($sources->{$each->{source}}, $each);
    unless (defined $staged) { inform('changed', $each->{index}); next }
    push @staged, [$each, $staged];
    $bytes += $each->{size};
    flush_soon($each->{index});
  }
  inform('copied', $bytes);
  my @digests = hash_files(map { $_->[1] } @staged);
  # Of files whose digests nobody knew before: their bytes have just been read anyway.
  verify_objects(map { object_path($digests[$_], $staged[$_][0]{executable}) } 0 .. $#staged);
  for (@staged) {
    my ($each, $staged) = @$_;
    my $digest = shift @digests;
    if ($each->{digest} ne '' && $each->{digest} ne $digest) {
      unlink $staged;
      inform('other', $each->{index}, $digest);
      next;
    }
    my $object = object_path($digest, $each->{executable});
    unlink $object unless has_object($digest, $each->{size}, $each->{executable});
    link $staged, $object or $!{EEXIST} or fail("cannot write to the store: $!");
    unlink $staged;
    $learned .= "$each->{stat} $digest\n";
    push @told, ['object', $each->{index}, $digest];
  }
  open my $file, '>>', "$store/staging/$run/learned" or fail("cannot write to the store: $!");
  syswrite $file, $learned;
  inform_all(@told);
}
