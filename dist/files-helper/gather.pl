# Which files have to be copied, and by whom.

my (%sources, @files);

sub add_source {
  my ($name, $folder, $identity) = @_;
  my ($device, $inode) = stat $folder;
  return inform('unseen', $name) unless defined $device && "$device:$inode" eq $identity;
  $sources{$name} = $folder;
}

sub add_file {
  my ($source, $path, $stat, $executable, $digest, $named) = @_;
  my $index = @files;
  push @files, {
    index => $index, source => $source, path => $path, stat => $stat, executable => $executable, digest => $digest, named => $named,
  };
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

# Pieces of work, the largest first: whoever has done one takes the next, so that nobody has the rest alone.
sub cut_up {
  my @chunks = ();
  my ($bytes, $count) = (0, 0);
  for my $file (sort { $b->{size} <=> $a->{size} } @_) {
    push @chunks, [] if $count == 0;
    push @{$chunks[-1]}, $file;
    $bytes += $file->{size};
    ($bytes, $count) = $bytes < 64_000_000 && $count < 99 ? ($bytes, $count + 1) : (0, 0);
  }
  return @chunks;
}

# Numbers of pieces in a file that all workers inherit: each reads on where the last one stopped, and the kernel
# has them take turns.
sub open_queue {
  my ($pieces) = @_;
  my $path = "$store/staging/$run/queue";
  my $numbers = pack 'N*', 0 .. $pieces - 1;
  sysopen my $queue, $path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or fail("cannot write to the store: $!");
  (syswrite($queue, $numbers) // -1) == length $numbers or fail("cannot write to the store: $!");
  unlink $path;
  sysseek $queue, 0, 0;
  return $queue;
}

sub copy_pieces {
  my ($queue, $pieces) = @_;
  while (sysread $queue, my $number, 4) { copy_chunk(\%sources, $pieces->[unpack 'N', $number]) }
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
  my @pieces = cut_up(@missing);
  my $queue = open_queue(scalar @pieces);
  my @work = map { sub { copy_pieces($queue, \@pieces) } } 1 .. ($workers < @pieces ? $workers : @pieces);
  my $flusher = @work > 0 ? start_flusher() : undef;
  in_children(@work) or fail();
  kill 'KILL', $flusher if defined $flusher;
  write_stats({ %fresh, read_learned($began) });
  inform('gathered');
}

# What was copied is known from now on, but what changed in the last moments before. `time` counts whole seconds, so
# whatever sources/local.ts found untouched for two of them is at least one away; else a step that finds nothing
# changed would be followed by one that copies all again.
sub read_learned {
  my ($began) = @_;
  my %learned = ();
  open my $file, '<', "$store/staging/$run/learned" or return ();
  local $/ = "\n";
  while (defined(my $line = <$file>)) {
    my ($stat, $digest) = $line =~ /^([0-9:]+) ([0-9a-f]{64})$/ or next;
    my ($modified, $changed) = (split /:/, $stat)[3, 4];
    my $latest = $changed > $modified ? $changed : $modified;
    $learned{$stat} = $digest if $latest / 1e9 < $began - 1;
  }
  return %learned;
}
