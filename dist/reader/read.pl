# Tells what an image's layers have, then reads of their files what it is asked for, until its input ends.
# Arguments:
#   overlay2 CONFIG FOLDER...     the config's file and the layers' folders, lowest first
#   containerd SOCKET NAMESPACE KEY IMAGE ARCHITECTURE CHAIN MOUNTED
# Messages are a word and fields, each ended by NUL; after a length come so many bytes. Behind the parts of
# src/image/documents.ts.
use strict;
use warnings;
use Fcntl qw(:DEFAULT);

# A first process would not hear it otherwise.
$SIG{TERM} = sub { exit 143 };
binmode STDIN;
binmode STDOUT;

sub put {
  my ($bytes) = @_;
  for (my $at = 0; $at < length $bytes;) { $at += syswrite(STDOUT, $bytes, length($bytes) - $at, $at) // exit 1; }
}

sub message { put(join('', map { "$_\0" } @_)); }

sub content {
  my ($what, $bytes) = @_;
  put("$what\0" . length($bytes) . "\0$bytes");
}

sub cannot {
  message('cannot', $_[0]);
  exit 0;
}

# No link, and nothing that would have us wait.
sub open_file {
  sysopen(my $file, $_[0], O_RDONLY | O_NOFOLLOW | O_NONBLOCK) or return;
  return -f $file ? $file : undef;
}

sub read_range {
  my ($path, $offset, $length) = @_;
  my $file = open_file($path) or return;
  sysseek($file, $offset, 0) or return;
  my $bytes = '';
  while (length $bytes < $length) {
    my $got = sysread($file, $bytes, $length - length $bytes, length $bytes) // return;
    last if $got == 0;
  }
  return $bytes;
}

# By a number: a name could be taken for an option, and sha256sum quotes some.
sub hash_file {
  my $file = open_file($_[0]) or return;
  local $^F = 255;
  open(my $kept, '<&', $file) or return;
  my $line = output_of('sha256sum', '/dev/fd/' . fileno($kept)) // return;
  return $line =~ /^([0-9a-f]{64}) / ? $1 : undef;
}

sub folders_of_containerd {
  my ($socket, $namespace, $key, $image, $architecture, $chain, $mounted) = @_;
  my @ctr = ('ctr', '--address', $socket, '--namespace', $namespace);
  my (undef, $manifest, undef, $config) = eval { documents_of($socket, $namespace, $image, $architecture) }
    or cannot($@ eq '' ? "the image's index has no manifest for linux/$architecture" : $@ =~ s/\n\z//r);
  content('manifest', $manifest);
  content('config', $config);
  return if $chain eq '';
  my $mounts = output_of(@ctr, 'snapshots', 'view', '--mounts', $key, $chain) // cannot('Docker has not unpacked the image');
  # Nothing roots a view, so the garbage collector may have been quicker.
  output_of('sh', '-c', '"$@" 2>/dev/null', 'sh', @ctr, 'snapshots', 'remove', $key);
  my @folders = $mounts =~ /lowerdir=([^",]+)/ ? reverse(split /:/, $1) : $mounts =~ /"Source":\s*"([^"]+)"/ ? ($1) : cannot("no folders in a snapshot's mounts");
  for (@folders) {
    s{^\Q$mounted\E(?=/)}{/slipway} or cannot("Docker keeps layers at $_, out of reach");
  }
  return @folders;
}

my ($store, @arguments) = @ARGV;
my @folders;
if ($store eq 'overlay2') {
  (my $config, @folders) = @arguments;
  content('config', read_range($config, 0, $longest) // cannot("the image's config cannot be read"));
} else {
  @folders = folders_of_containerd(@arguments);
}

# A folder is read where its layer has it, so there is nothing to follow.
if (@folders > 0) {
  my ($special, $folders) = ('/dev/shm/special', '/dev/shm/folders');
  open(my $found, '-|', 'find', @folders,
    '(', '-type', 'c', '-fprint0', $special, '-o', '-type', 'd', '-fprint0', $folders, '-o', '-true', ')',
    '-printf', 'e\0%d\0%y\0%s\0%b\0%m\0%U\0%G\0%T@\0%D:%i\0%P\0') or cannot("find cannot be started: $!");
  binmode $found;
  my $piece;
  put($piece) while sysread($found, $piece, 65_536);
  close($found) or cannot('find could not read all of the layers');
  local $/ = "\0";
  open(my $list, '<', $special) or cannot("$special: $!");
  while (my $path = <$list>) {
    chomp $path;
    my @about = lstat($path);
    message('whiteout', "$about[0]:$about[1]") if @about && $about[6] == 0;
  }
  # lgetxattr(2); what is trusted is shown to CAP_SYS_ADMIN alone.
  chomp(my $machine = output_of('uname', '-m') // '');
  my $number = { x86_64 => 192, aarch64 => 9 }->{$machine =~ s/\s//gr} // cannot("unknown machine $machine");
  my @names = map { "$_.overlay.opaque" } 'trusted', 'user';
  open($list, '<', $folders) or cannot("$folders: $!");
  while (my $path = <$list>) {
    chomp $path;
    for my $name (@names) {
      my $value = "\0" x 4;
      next if syscall($number, $path, $name, $value, 4) != 1 || substr($value, 0, 1) ne 'y';
      my @about = lstat($path);
      message('opaque', "$about[0]:$about[1]");
    }
  }
}
message('listed', scalar @folders);

# Requests: LAYER OFFSET LENGTH PATH for bytes, LAYER hash 0 PATH for a digest, and `end`.
local $/ = "\0";
while (my $layer = <STDIN>) {
  chomp $layer;
  last if $layer eq 'end';
  my @request = map { my $field = <STDIN> // exit 1; chomp $field; $field } 1 .. 3;
  my ($offset, $length, $path) = @request;
  $path = "$folders[$layer]/$path";
  if ($offset eq 'hash') {
    message('hash', hash_file($path) // '');
  } else {
    content('bytes', read_range($path, $offset, $length > $longest ? $longest : $length) // '');
  }
}
message('end');
