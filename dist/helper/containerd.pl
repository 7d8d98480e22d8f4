# Speaks with a node's containerd for as long as it reads commands: `ctr` takes 15 ms to start, three
# times for every layer. Argument: the socket. Standard input, tab-separated, one answer for each:
#   publish KEY PARENT NAME STAGED FROM TO   a staged folder becomes the committed snapshot NAME: where
#                                            containerd says FROM..., we see TO...; answers `done FOLDER`,
#                                            or `uncommitted FOLDER` where only the last step failed
#   release NAME                             the snapshot is kept by what refers to it alone
#   image NAME                               CRI's ID of an image; `none` where CRI does not have it
#   images                                   CRI's images, a line each: `image ID NAME...`; then `done`
# `failed` says only that it did not work: `ctr` or `crictl` then say why. gRPC is HTTP/2; of its headers,
# which may be compressed, nothing is read: what has failed has no data.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path) = @ARGV;
my $stream = -1;
$| = 1;
$SIG{ALRM} = sub { print "failed\n"; exit 1 };

my $socket = IO::Socket::UNIX->new(Peer => $path) or exit 1;
binmode $socket;

sub send_frame {
  my ($type, $flags, $id, $payload) = @_;
  my $length = pack 'N', length $payload;
  my $frame = substr($length, 1) . pack('CCN', $type, $flags, $id) . $payload;
  syswrite($socket, $frame) == length $frame or exit 1;
}

sub read_bytes {
  my ($wanted) = @_;
  my $bytes = '';
  while (length $bytes < $wanted) {
    sysread($socket, $bytes, $wanted - length $bytes, length $bytes) or exit 1;
  }
  return $bytes;
}

# A header field as it is: not indexed, not compressed.
sub field { my ($name, $value) = @_; return pack 'CC/aC/a', 0, $name, $value }

# What a server sends at most: HTTP/2's own limit for a frame, and what a node's list of images stays below.
my ($frame_limit, $answer_limit) = (16_384, 16 * 1024 * 1024);

# The answer's message; undefined when there is none, as after an error.
sub call {
  my ($method, $message) = @_;
  $stream += 2;
  my $headers = "\x83\x86" . field(':path', $method) . field(':authority', 'localhost')
    . field('content-type', 'application/grpc') . field('te', 'trailers')
    . field('containerd-namespace', 'k8s.io');
  send_frame(1, 4, $stream, $headers);
  send_frame(0, 1, $stream, pack('CN', 0, length $message) . $message);
  my $answer = '';
  for (;;) {
    my ($high, $low, $type, $flags, $id) = unpack 'CnCCN', read_bytes(9);
    exit 1 if $high * 65536 + $low > $frame_limit;
    my $payload = read_bytes($high * 65536 + $low);
    if ($type == 4 && !($flags & 1)) { send_frame(4, 1, 0, '') }
    if ($type == 6 && !($flags & 1)) { send_frame(6, 1, 0, $payload) }
    exit 1 if $type == 7;
    next if $id != $stream;
    if ($type == 0) {
      $answer .= $payload;
      exit 1 if length $answer > $answer_limit;
      if (length $payload) { send_frame(8, 0, $_, pack 'N', length $payload) for 0, $id }
    }
    last if $type == 3 || ($type < 2 && $flags & 1);
  }
  my ($is_packed, $length) = length $answer < 5 ? (1, 0) : unpack 'CN', $answer;
  return $is_packed || $length != length($answer) - 5 ? undef : substr $answer, 5;
}

# A field of a protobuf message: a string, or a message within.
sub text {
  my ($number, $value) = @_;
  my ($length, $rest) = ('', length $value);
  while ($rest > 127) { $length .= chr($rest % 128 + 128); $rest = int($rest / 128) }
  return pack('C', $number * 8 + 2) . $length . chr($rest) . $value;
}

# All values of one field of a message that holds strings or messages there; dies where it is no message.
sub values_of {
  my ($wanted, $message) = @_;
  my ($at, @values) = (0);
  my $take = sub {
    my ($count) = @_;
    die "cut off\n" if $count > length($message) - $at;
    $at += $count;
    return substr $message, $at - $count, $count;
  };
  my $number = sub {
    my $value = 0;
    for my $place (0 .. 8) {
      my $byte = ord $take->(1);
      $value += ($byte & 127) << 7 * $place;
      return $value if $byte < 128;
    }
    die "no number\n";
  };
  while ($at < length $message) {
    my $tag = $number->();
    my $kind = $tag & 7;
    if ($kind == 0) { $number->() }
    elsif ($kind == 1) { $take->(8) }
    elsif ($kind == 5) { $take->(4) }
    elsif ($kind == 2) {
      my $value = $take->($number->());
      push @values, $value if $tag >> 3 == $wanted;
    }
    else { die "no message\n" }
  }
  return @values;
}

sub label { my ($number, $name, $value) = @_; return text($number, text(1, $name) . text(2, $value)) }

my $snapshots = '/containerd.services.snapshots.v1.Snapshots';
my $overlayfs = text(1, 'overlayfs');

sub publish {
  my ($key, $parent, $name, $staged, $from, $to) = @_;
  # Until the image refers to it, nothing else would keep it.
  my $root = label(4, 'containerd.io/gc.root', '1');
  my $mounts = call("$snapshots/Prepare", $overlayfs . text(2, $key) . text(3, $parent) . $root);
  # A lowest layer has a folder of its own, the others an upper one above those below.
  return unless defined $mounts && $mounts =~ m{(?:upperdir=|\x12.)(\Q$from\E/snapshots/[0-9]+/fs)}s;
  my $folder = $1;
  rename $staged, $to . substr $folder, length $from or return;
  my $labels = $root . label(4, 'containerd.io/snapshot.ref', $name);
  my $done = call("$snapshots/Commit", $overlayfs . text(2, $name) . text(3, $key) . $labels);
  return (defined $done ? 'done' : 'uncommitted') . "\t$folder";
}

sub release {
  my ($name) = @_;
  my $info = text(1, $name) . label(6, 'containerd.io/snapshot.ref', $name);
  my $mask = text(3, text(1, 'labels'));
  return defined call("$snapshots/Update", $overlayfs . text(2, $info) . $mask) ? 'done' : undef;
}

my $cri = '/runtime.v1.ImageService';

# The ID in CRI's description of an image. What is printed of it must stay one word of a line.
sub id_of {
  my ($id) = values_of(1, $_[0]);
  die "no ID\n" unless defined $id && $id =~ /\Asha256:[0-9a-f]{64}\z/;
  return $id;
}

sub image {
  my ($name) = @_;
  my $status = call("$cri/ImageStatus", text(1, text(1, $name)));
  return unless defined $status;
  my ($image) = values_of(1, $status);
  return defined $image ? id_of($image) : 'none';
}

sub images {
  my $list = call("$cri/ListImages", '');
  return unless defined $list;
  my @lines;
  for my $image (values_of(1, $list)) {
    my @names = grep { /\A[!-~]+\z/ } values_of(2, $image), values_of(3, $image);
    push @lines, join "\t", 'image', id_of($image), @names;
  }
  return join "\n", @lines, 'done';
}

my %commands = (publish => \&publish, release => \&release, image => \&image, images => \&images);

alarm 30;
syswrite $socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
send_frame(4, 0, 0, '');
defined call('/containerd.services.version.v1.Version/Version', '') or exit 1;
print "ready\n";
alarm 0;
my $failures = 0;
while (defined(my $line = <STDIN>)) {
  chomp $line;
  my ($word, @rest) = split /\t/, $line, -1;
  # What CRI is asked is in its memory, and a node that hangs should not keep anybody waiting.
  alarm(($word // '') =~ /^image/ ? 10 : 30);
  my $act = $commands{$word // ''};
  # An answer that is no message is none.
  my $answer = $act && eval { $act->(@rest) };
  alarm 0;
  $failures++ unless defined $answer;
  print $answer // 'failed', "\n";
}
exit($failures ? 1 : 0);
