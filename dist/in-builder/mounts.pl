# Puts files into cache mounts, and copies out what has changed in them. It runs in a step of the builder's, in
# which there is nothing but this program: no module, either. Names are bytes, written with %XX.
#
#   restore COUNT                of the mounts /m/0 ...: as /t/tree-0 ... say, with bytes of /files; writes to
#                                /out/times when each was done, 0 for one that was not empty
#   save LIMIT TIME...           writes to /out/0/tree what there is, and to /out/0/1 ... what has changed since

my ($regular, $folder, $link) = (0100000, 0040000, 0120000);

sub encode { my ($name) = @_; $name =~ s/([^A-Za-z0-9._~+@=,:\/-])/sprintf '%%%02X', ord $1/ge; $name }
sub decode { my ($name) = @_; $name =~ s/%([0-9A-F]{2})/chr hex $1/ge; $name }

sub fail { my ($what) = @_; die encode($what) . ": $!\n" }

sub copy {
  my ($from, $to) = @_;
  open my $in, '<:raw', $from or fail($from);
  open my $out, '>:raw', $to or fail($to);
  my $copied = 0;
  while (1) {
    my $got = sysread $in, my $piece, 1_048_576;
    defined $got or fail($from);
    last if $got == 0;
    $copied += $got;
    for (my $at = 0; $at < $got;) { $at += syswrite($out, $piece, $got - $at, $at) || fail($to) }
  }
  close $out or fail($to);
  return $copied;
}

sub read_lines {
  my ($path) = @_;
  open my $handle, '<:raw', $path or fail($path);
  my @lines = <$handle>;
  chomp @lines;
  return @lines;
}

sub names_in {
  my ($path) = @_;
  opendir my $handle, $path or fail($path);
  return sort grep { $_ ne '.' and $_ ne '..' } readdir $handle;
}

sub put {
  my ($root, $kind, @fields) = @_;
  my $path = "$root/" . decode(pop @fields);
  if ($kind eq 'l') { symlink decode($fields[0]), $path or fail($path); return }
  my ($mode, $uid, $gid, $time, undef, $content) = @fields;
  # Nobody ever finds half a file under its name.
  my $made = $kind eq 'd' ? $path : "$root/.slipway-part";
  if ($kind eq 'd') { mkdir $made, 0700 or fail($path) }
  else { copy('/files/' . substr($content, 0, 64), $made) }
  chown $uid, $gid, $made or fail($path);
  chmod oct $mode, $made or fail($path);
  return if $kind eq 'd';
  utime $time, $time, $made or fail($path);
  rename $made, $path or fail($path);
}

# What cannot be put there whole is taken away again: it was empty before.
sub restore {
  my ($at) = @_;
  my $root = "/m/$at";
  return 0 if names_in($root) > 0;
  my @items = map { [split / /, $_, -1] } grep { /^[dfl] / } read_lines("/t/tree-$at");
  return time if eval { put($root, @$_) for @items; 1 };
  my $why = $@;
  unlink "$root/.slipway-part";
  for (reverse @items) {
    my $path = "$root/" . decode($_->[-1]);
    $_->[0] eq 'd' ? rmdir $path : unlink $path;
  }
  die $why;
}

sub find_all {
  my ($root) = @_;
  my @found = ();
  my @left = ('');
  while (@left) {
    my $in = shift @left;
    for my $name (names_in("$root/$in")) {
      next if $in eq '' and $name eq '.slipway-part';
      my $path = "$in$name";
      my @stat = lstat "$root/$path" or next;
      push @found, [$path, @stat];
      push @left, "$path/" if ($stat[2] & 0170000) == $folder;
    }
  }
  return @found;
}

sub save {
  my ($at, $limit, $since) = @_;
  my ($root, $out) = ("/m/$at", "/out/$at");
  my %known = map { /^f \S+ \S+ \S+ (\S+ \S+) \S+ (\S+)$/ ? ($2 => $1) : () } read_lines("/t/tree-$at");
  my @found = find_all($root);
  my ($bytes, $copies, $others) = (0, 0, 0);
  for (@found) { $bytes += $_->[8] if ($_->[3] & 0170000) == $regular }
  mkdir $out or fail($out);
  open my $tree, '>:raw', "$out/tree" or fail($out);
  if ($bytes > $limit) { print $tree "too-large $bytes\n"; @found = () }
  for (@found) {
    my ($path, undef, undef, $mode, undef, $uid, $gid, undef, $size, undef, $time, $changed) = @$_;
    my ($kind, $name) = ($mode & 0170000, encode($path));
    my $what = sprintf '%o %d %d', $mode & 07777, $uid, $gid;
    if ($kind == $folder) { print $tree "d $what $name\n" }
    elsif ($kind == $link) {
      my $target = readlink "$root/$path";
      defined $target or fail($path);
      print $tree 'l ' . encode($target) . " $name\n";
    }
    elsif ($kind != $regular) { $others += 1 }
    # Tools give files any time that they like, but not the time of the change itself.
    elsif ($changed < $since and ($known{$name} // '') eq "$time $size") { print $tree "f $what $time $size - $name\n" }
    else {
      $copies += 1;
      my $copied = copy("$root/$path", "$out/$copies");
      print $tree "f $what $time $copied $copies $name\n";
    }
  }
  print $tree "others $others\nend\n";
  close $tree or fail($out);
}

my ($command, @words) = @ARGV;
mkdir '/out' or fail('/out');
if ($command eq 'restore') {
  my @times = map { restore($_) } 0 .. $words[0] - 1;
  open my $done, '>', '/out/times' or fail('/out');
  print $done "@times\n";
  close $done or fail('/out');
}
else {
  my ($limit, @times) = @words;
  save($_, $limit, $times[$_]) for 0 .. $#times;
}
