# Which files have to be copied, and by whom.

my (%sources, @files);

sub add_source {
  my ($name, $folder, $identity) = @_;
  my ($device, $inode) = stat $folder;
  return inform('unseen', $name) unless defined $device && "$device:$inode" eq $identity;
  $sources{$name} = $folder;
}

sub add_file {
  my ($source, $path, $stat, $executable, $digest) = @_;
  my $index = @files;
  push @files, { index => $index, source => $source, path => $path, stat => $stat, executable => $executable, digest => $digest };
}

# Objects that are no longer what their names say go, and are copied anew.
sub verify_objects {
  my @paths = do { my %seen; grep { !$seen{$_}++ && lstat } @_ };
  while (my @some = splice @paths, 0, 100) {
    my @digests = hash_files(@some);
    for my $path (@some) {
      my $digest = shift @digests;
      next if $path =~ m{/\Q$digest\E(?:\.x)?$};
      unlink $path;
      inform('broken', $path =~ m{/([0-9a-f]{64})(?:\.x)?$});
    }
  }
}

sub digest_of { my ($file) = @_; return $file->{digest} || $known{$file->{stat}} || '' }

sub is_stored {
  my ($file) = @_;
  my $digest = digest_of($file);
  return $digest ne '' && has_object($digest, (split /:/, $file->{stat})[2], $file->{executable});
}

# Pieces of work of about one size; the next one goes to whoever has the least.
sub share_out {
  my @waiting = sort { $b->{size} <=> $a->{size} } @_;
  my @shares = map { { bytes => 0, chunks => [[]], open => 0 } } 1 .. $workers;
  for my $file (@waiting) {
    my ($least) = sort { $a->{bytes} <=> $b->{bytes} } @shares;
    $least->{bytes} += $file->{size} + 20_000;
    push @{$least->{chunks}[-1]}, $file;
    $least->{open} += $file->{size};
    next if $least->{open} < 64_000_000 && @{$least->{chunks}[-1]} < 100;
    push @{$least->{chunks}}, [];
    $least->{open} = 0;
  }
  return grep { $_->{bytes} > 0 } @shares;
}

my ($flushed, $flushing);

# Has the disk begin to write what was copied, while digests are made of it. Nobody waits for this process:
# the disk may be slow, and the kernel writes all of it sooner or later.
sub start_flusher {
  pipe $flushed, $flushing or fail("pipe: $!");
  fcntl $flushing, F_SETFL, O_NONBLOCK or fail("pipe: $!");
  my $pid = fork // fail("fork: $!");
  return $pid if $pid != 0;
  $SIG{TERM} = $SIG{PIPE} = 'DEFAULT';
  close $flushing;
  local $/ = "\n";
  while (defined(my $index = <$flushed>)) {
    chomp $index;
    sysopen my $file, "$store/staging/$run/$index", O_RDONLY | O_NOFOLLOW or next;
    my $size = -s $file;
    # SYNC_FILE_RANGE_WRITE, in pieces: between two of them it can be killed.
    for (my $at = 0; $at < $size; $at += 32_000_000) {
      syscall $number{sync_file_range}, fileno $file, $at, 32_000_000, 2;
    }
  }
  POSIX::_exit(0);
}

# One who cannot keep up is told no more.
sub flush_soon { syswrite $flushing, "$_[0]\n" }

sub gather {
  my ($verify) = @_;
  my $began = time;
  read_stats();
  if ($verify) {
    my @paths = map { object_path(digest_of($_), $_->{executable}) } grep { is_stored($_) } @files;
    in_children(sub { verify_objects(@paths) }) or fail();
  }
  my (@missing, @stored, %fresh);
  for (@files) {
    if (is_stored($_)) {
      my $digest = digest_of($_);
      push @stored, ['object', $_->{index}, $digest];
      $fresh{$_->{stat}} = $digest if exists $known{$_->{stat}};
    } else {
      my $digest = digest_of($_);
      inform('broken', $digest) if $digest ne '' && lstat object_path($digest, $_->{executable});
      fail("no source for $_->{path}") unless exists $sources{$_->{source}};
      push @missing, { %$_, size => (split /:/, $_->{stat})[2] };
    }
  }
  inform_all(@stored);
  my $bytes = 0;
  $bytes += $_->{size} for @missing;
  my $free = free_bytes($store);
  fail("no space left on device: $bytes bytes are to be copied into the store, $free are free") if $bytes > $free;
  my @work = map { my $chunks = $_->{chunks}; sub { copy_chunk(\%sources, $_) for @$chunks } } share_out(@missing);
  my $flusher = @work > 0 ? start_flusher() : undef;
  in_children(@work) or fail();
  kill 'KILL', $flusher if defined $flusher;
  write_stats({ %fresh, read_learned($began) });
  inform('gathered');
}

# What was copied is known from now on, but what changed in the last moments before.
sub read_learned {
  my ($began) = @_;
  my %learned = ();
  open my $file, '<', "$store/staging/$run/learned" or return ();
  local $/ = "\n";
  while (defined(my $line = <$file>)) {
    my ($stat, $digest) = $line =~ /^([0-9:]+) ([0-9a-f]{64})$/ or next;
    my ($modified, $changed) = (split /:/, $stat)[3, 4];
    my $latest = $changed > $modified ? $changed : $modified;
    $learned{$stat} = $digest if $latest / 1e9 < $began - 2;
  }
  return %learned;
}
