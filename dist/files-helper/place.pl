# From the store into a node: a folder of links beside the target's name, and a link with that name to it,
# which is swapped in one step. Pods that run keep the folder that they have.

sub start_tree { my ($id, $kind) = @_; %tree = (id => $id, kind => $kind, folders => [], links => [], entries => []) }

# Of one file, in one of the ways; undef with $! set where it cannot be.
sub put_file {
  my ($object, $to, $way, $executable) = @_;
  if ($way eq 'link') {
    return 1 if link $object, $to;
    return undef unless $!{EMLINK};
  }
  sysopen my $from, $object, O_RDONLY | O_NOFOLLOW or return undef;
  sysopen my $file, $to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or return undef;
  my $size = (stat $from)[7];
  copy_bytes($from, $file, $size) && close $file or return undef;
  return undef unless (-s $to) == $size;
  chmod $way eq 'write' ? ($executable ? 0777 : 0666) : ($executable ? 0555 : 0444), $to;
  utime $object_time, $object_time, $to unless $way eq 'write';
  return 1;
}

# In the current folder, under a name that nobody else has.
sub build_tree {
  my ($name, $way) = @_;
  my $folder_mode = $way eq 'write' ? 0777 : 0755;
  if ($tree{kind} eq 'file') {
    my ($path, $digest, $executable) = @{$tree{entries}[0]};
    return put_file(object_path($digest, $executable), $name, $way, $executable);
  }
  mkdir $name, 0700 or return undef;
  for (@{$tree{folders}}) { mkdir "$name/$_", 0755 or return undef }
  for (@{$tree{entries}}) {
    my ($path, $digest, $executable) = @$_;
    put_file(object_path($digest, $executable), "$name/$path", $way, $executable) or return undef;
  }
  for (@{$tree{links}}) { symlink $_->[1], "$name/$_->[0]" or return undef }
  chmod $folder_mode, $name, map { "$name/$_" } @{$tree{folders}} if $folder_mode != 0755;
  chmod $folder_mode, $name;
  return 1;
}

# Whether a tree that is there is made of the store's own files.
sub is_whole {
  my ($name) = @_;
  for (@{$tree{entries}}) {
    my ($path, $digest, $executable) = @$_;
    my @ours = stat object_path($digest, $executable);
    my @theirs = lstat($tree{kind} eq 'file' ? $name : "$name/$path");
    return 0 unless @ours && @theirs && $ours[7] == $theirs[7] && S_ISREG($theirs[2]);
    next if "@ours[0, 1]" eq "@theirs[0, 1]";
    # A copy: its bytes have to be read.
    return 0 unless (hash_files($tree{kind} eq 'file' ? $name : "$name/$path"))[0] eq $digest;
  }
  return 1;
}

sub sum_tree {
  my $bytes = 0;
  $bytes += -s object_path($_->[1], $_->[2]) for @{$tree{entries}};
  return $bytes;
}

# Links first, then a mount of the store's own tree, then a copy.
sub make_version {
  my ($place, $version) = @_;
  my $new = ".$version.$run";
  my $why = '';
  for my $way ($place->{mode} eq 'rw' ? ('write') : ('link', 'mount', 'copy')) {
    if ($way eq 'mount') {
      return ('mount', 0) if $tree{kind} ne 'file' && mount_tree($place, $version);
      next;
    }
    if (build_tree($new, $way)) {
      return rename($new, $version) ? ($way, $way eq 'link' ? 0 : sum_tree()) : ('', "cannot rename it: $!");
    }
    $why = "$!";
    my $crosses = $!{EXDEV};
    remove_all($new);
    last unless $way eq 'link' && $crosses;
  }
  return ('', $why);
}

# By the end of a folder's path on its filesystem, with which the nodes' volumes are told apart.
sub is_version_in_use {
  my ($place, $version) = @_;
  my ($volume) = $place->{root} =~ m{((?:/[^/]+){1,2})$};
  return is_in_use(join '/', $volume, grep { $_ ne '' } $place->{parent}, $version);
}

# Whether a version is there, whole: nothing else has its final name but the empty folder of a mount that is gone.
sub holds {
  my ($place, $version) = @_;
  my @found = lstat $version or return 0;
  return $place->{verify} && $place->{mode} eq 'ro' ? is_whole($version) : 1 unless S_ISDIR($found[2]);
  my $verifies = $place->{verify} && $place->{mode} eq 'ro';
  return !$verifies || is_whole("$store/trees/$tree{id}") if is_mounted($place, $version);
  opendir my $handle, $version or return 0;
  return 0 unless grep { $_ ne '.' && $_ ne '..' } readdir $handle;
  return $place->{verify} && $place->{mode} eq 'ro' ? is_whole($version) : 1;
}

# Half of one must not be taken for a whole one.
sub remove_version {
  my ($name) = @_;
  rename $name, ".$name.$run" and remove_all(".$name.$run");
}

# In the current folder. What killed runs left beside it goes: no other one is at work in this node.
sub put_version {
  my ($place, $version) = @_;
  opendir my $handle, '.' or return ('', "$!");
  my $left = qr/^\.\Q$place->{name}\E\.(?:[0-9a-f]{16}\.)?[0-9a-f]{16}$/;
  remove_all($_) for grep { /$left/ } readdir $handle;
  return ('same', 0) if holds($place, $version);
  return ('', "pods use $version, of which something is missing") if is_version_in_use($place, $version);
  remove_version($version);
  return make_version($place, $version);
}

# Removes earlier versions that no pod has any more, and says which are left.
sub drop_versions {
  my ($place, @ids) = @_;
  my @kept = ();
  for my $id (@ids) {
    my $name = "$place->{name}.$id";
    unmount($place, $name) if is_mounted($place, $name) && !is_in_use_elsewhere($id);
    if (is_mounted($place, $name) || is_version_in_use($place, $name)) { push @kept, $id; next }
    remove_version($name);
  }
  return @kept;
}

# Why something of somebody else's is in the way; empty where nothing is.
sub find_other {
  my ($place, $ids) = @_;
  my @found = lstat $place->{name} or return '';
  return 'something is there that Slipway did not put there' unless S_ISLNK($found[2]);
  my ($id) = (readlink $place->{name}) =~ /^\Q$place->{name}\E\.([0-9a-f]{16})$/;
  return defined $id && $ids =~ /\b$id\b/ ? '' : 'a link is there that Slipway did not make';
}

# Writes what a node knows of a target, and comes back to the folder that the target is in.
sub note {
  my ($place, %record) = @_;
  my $why = write_record($place->{var}, $place->{record}, { %$place, %record });
  return $why ne '' ? $why : descend($place->{root}, $place->{parent}, 0);
}

sub place_tree {
  my ($place) = @_;
  my ($target, $id, $name) = @$place{qw(target id name)};
  my $cannot = sub { inform('cannot', $place->{node}, $target, @_) };
  my $why = find_cover(@$place{qw(pid destination target)});
  return $cannot->($why) if $why ne '';
  my $record = read_record($place->{var}, $place->{record});
  return $cannot->($record) unless ref $record;
  $why = descend($place->{root}, $place->{parent}, 1) || find_other($place, $record->{ids});
  return $cannot->($why) if $why ne '';
  my $version = "$name.$id";
  my @ids = split /,/, $record->{ids};
  return $cannot->("$version is there already, and Slipway did not put it there")
    if lstat $version and !grep { $_ eq $id } @ids;
  my @others = grep { $_ ne $id } @ids;
  # Written before the folder is made: what is killed in between is found by it.
  $why = note($place, ids => join(',', $id, @others), way => 'none', key => '-');
  return $cannot->($why) if $why ne '';
  my ($way, $bytes) = put_version($place, $version);
  return $cannot->($bytes) if $way eq '';
  my $link = ".$name.$run";
  if ((readlink $name // '') ne $version) {
    symlink $version, $link and rename $link, $name or return $cannot->("cannot make its link: $!");
  }
  @others = drop_versions($place, @others);
  my $kept_way = $way ne 'same' ? $way : is_mounted($place, $version) ? 'mount' : 'link';
  $why = note($place, ids => join(',', $id, @others), way => $kept_way);
  return $cannot->($why) if $why ne '';
  inform('placed', $place->{node}, $target, $way, $bytes);
}

# A target that nobody asks for any more. Versions that pods have stay until the next time.
sub remove_target {
  my ($place) = @_;
  my ($target, $name) = @$place{qw(target name)};
  my $record = read_record($place->{var}, $place->{record});
  return unless ref $record && $record->{ids} ne '';
  return inform('cannot', $place->{node}, $target, 'its folder is not what it was')
    if descend($place->{root}, $place->{parent}, 0) ne '';
  unlink $name if lstat $name && find_other($place, $record->{ids}) eq '';
  my @kept = drop_versions($place, split /,/, $record->{ids});
  if (@kept) {
    note($place, ids => join(',', @kept), id => $kept[0], mode => 'ro', way => 'none', key => '-');
    return inform('kept', $place->{node}, $target);
  }
  unlink $place->{record} if descend($place->{var}, $records, 0) eq '';
  inform('removed', $place->{node}, $target);
}
