# A tree that somebody else links into nodes, as the one layer of an image. No other run trims the store or
# sweeps our staging folder meanwhile.

sub stage_tree {
  my ($config) = @_;
  my $id = $tree{id};
  chdir "$store/staging/$run" or fail("cannot go into the staging folder: $!");
  remove_all("layer.$id");
  build_tree("layer.$id", 'link') or fail("cannot link files out of the store: $!");
  unlink "config.$id";
  sysopen my $file, "config.$id", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or fail("cannot write to the store: $!");
  (syswrite($file, $config) // 0) == length $config && close $file or fail("cannot write to the store: $!");
  inform('staged', $id);
}
