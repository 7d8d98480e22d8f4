# Writes an image's manifest and config, as Docker's containerd has them, into the files `manifest` and `config` of a
# folder. Behind the parts that read them: src/image/documents.ts.
# Arguments: the containerd's socket, its namespace, the image's digest, the architecture, the folder.
# Standard output: the digests of manifest and config, then the layers' diff IDs, lowest first, a line each; nothing
# where the image's index has no manifest for the architecture.
my ($socket, $namespace, $image, $architecture, $folder) = @ARGV;
my ($digest, $manifest, $config_digest, $config) = documents_of($socket, $namespace, $image, $architecture) or exit 0;
for my $document ([manifest => $manifest], [config => $config]) {
  my ($name, $text) = @$document;
  open(my $file, '>:raw', "$folder/$name") or die "$folder/$name: $!\n";
  print({$file} $text) && close($file) or die "$folder/$name: $!\n";
}
# An image without layers may leave them out.
my $root = member(parse_json($config), 'rootfs') // {};
my @layers = defined member($root, 'diff_ids') ? list_in($root, 'diff_ids') : ();
print map { "$_\n" } $digest, $config_digest, map { to_digest($_) } @layers;
