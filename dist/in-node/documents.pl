# What Docker's containerd has of an image: an index perhaps, a manifest, a config, each with the digest of the next.

# What a program prints, up to what is too long to be read; undefined where it fails.
sub output_of {
  open(my $out, '-|', @_) or return;
  binmode $out;
  read($out, my $text, $longest + 1) // return;
  return close($out) || length $text > $longest ? $text : undef;
}

sub member {
  my ($object, $key) = @_;
  ref $object eq 'HASH' or die "a document of the image has no object with $key\n";
  return $object->{$key};
}

sub list_in {
  my ($object, $key) = @_;
  my $list = member($object, $key);
  ref $list eq 'ARRAY' or die "a document of the image has no list of $key\n";
  return @$list;
}

# What is printed of it must stay one word of a line. No reference's own text is like a digest.
sub to_digest {
  my ($value) = @_;
  return $value if defined $value && $value =~ /\Asha256:[0-9a-f]{64}\z/;
  die "a document of the image has no digest where one belongs\n";
}

# The digest of an index' first manifest for an architecture; undefined where it has none.
sub own_manifest {
  my ($index, $architecture) = @_;
  my ($own) = grep {
    my $platform = member($_, 'platform') // {};
    my ($os, $of) = map { member($platform, $_) // '' } 'os', 'architecture';
    $os eq 'linux' && $of eq $architecture;
  } list_in($index, 'manifests');
  return defined $own ? to_digest(member($own, 'digest')) : undef;
}

# The digest and the text of an image's manifest, then those of its config; nothing where its index has no manifest
# for the architecture.
sub documents_of {
  my ($socket, $namespace, $digest, $architecture) = @_;
  my @get = ('ctr', '--address', $socket, '--namespace', $namespace, 'content', 'get');
  my $read = sub { output_of(@get, $_[0]) // die "Docker's containerd does not have $_[0]\n" };
  my $text = $read->($digest);
  my $manifest = parse_json($text);
  member($manifest, 'manifests');
  if (exists $manifest->{manifests}) {
    $digest = own_manifest($manifest, $architecture) // return;
    $text = $read->($digest);
    $manifest = parse_json($text);
  }
  my $config = to_digest(member(member($manifest, 'config'), 'digest'));
  return ($digest, $text, $config, $read->($config));
}
