# What is read, and what is done about it.

# Objects that nothing refers to any more go, those that were used last at last, until they fit; trees that
# no node has mounted go first.
sub trim {
  my ($limit) = @_;
  my $freed = 0;
  flock $locks{store}, LOCK_UN;
  unless (flock $locks{store}, LOCK_EX | LOCK_NB) { inform('trimmed', 0); return }
  if (chdir "$store/trees" and opendir my $trees, '.') {
    for (grep { /^\.?[0-9a-f]{16}/ } readdir $trees) { remove_all($_) unless is_in_use("/trees/$_") }
  }
  opendir my $handle, "$store/objects" or return inform('trimmed', 0);
  my @unused = ();
  for (grep { /^[0-9a-f]{64}(?:\.x)?$/ } readdir $handle) {
    my @found = lstat "$store/objects/$_" or next;
    push @unused, { path => "$store/objects/$_", bytes => $found[7], used => $found[10] } if $found[3] == 1;
  }
  my $bytes = 0;
  for (sort { $b->{used} <=> $a->{used} } @unused) {
    $bytes += $_->{bytes};
    next if $bytes <= $limit;
    $freed += $_->{bytes} if unlink $_->{path};
  }
  inform('trimmed', $freed);
}

my @asked = ();
my @places = ();
my @place_fields = qw(node pid destination root var parent name id mode key target verify record);

# Side by side for all nodes, one after another in each of them.
sub place_all {
  my %nodes = ();
  push @{$nodes{$_->{node}}}, $_ for @places;
  my @work = map {
    my @own = @{$nodes{$_}};
    sub {
      my $why = lock_node($own[0]{var});
      for my $place (@own) {
        if ($why ne '') { inform('cannot', $place->{node}, $place->{target}, $why); next }
        %tree = %{$place->{tree}};
        $place->{is_removal} ? remove_target($place) : place_tree($place);
      }
    }
  } sort keys %nodes;
  in_children(@work) or fail();
  inform('done');
}

sub read_place {
  my ($removes) = @_;
  my %place = map { $_ => next_field() } @place_fields;
  push @places, { %place, is_removal => $removes, tree => { %tree } };
}

my %commands = (
  open => sub {
    ($run, $store, $workers) = (next_field(), next_field(), next_field());
    $run =~ /^[0-9a-f]{16}$/ or fail('no name of a run');
    open_store();
    inform('opened', free_bytes($store));
  },
  have => sub { push @asked, [next_field(), next_field(), next_field()] },
  answer => sub {
    inform_all(map { ['has', $_->[0], $_->[2]] } grep { has_object(@$_) } @asked);
    @asked = ();
    inform('answered');
  },
  source => sub { add_source(next_field(), next_field(), next_field()) },
  file => sub { add_file(map { next_field() } 1 .. 6) },
  gather => sub { gather(next_field()) },
  tree => sub { start_tree(next_field(), next_field()) },
  folder => sub { push @{$tree{folders}}, next_field() },
  link => sub { push @{$tree{links}}, [next_field(), next_field()] },
  entry => sub { push @{$tree{entries}}, [next_field(), next_field(), next_field()] },
  place => sub { read_place(0) },
  remove => sub { read_place(1) },
  go => sub { place_all(); @places = () },
  stage => sub { stage_tree(next_field()) },
  trim => sub { trim(next_field()) },
);

while (1) {
  my $word = next_field();
  last if $word eq 'end';
  my $command = $commands{$word} or fail("no such command: $word");
  $command->();
}
close_store();
inform('ended');
