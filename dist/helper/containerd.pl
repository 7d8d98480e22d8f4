# Speaks with a node's containerd for as long as it reads commands: `ctr` takes 15 ms to start, three
# times for every layer. Argument: the socket. Standard input, tab-separated, one answer for each:
#   publish KEY PARENT NAME STAGED FROM TO   a staged folder becomes the committed snapshot NAME: where
#                                            containerd says FROM..., we see TO...; answers `done FOLDER`,
#                                            or `uncommitted FOLDER` where only the last step failed
#   release NAME                             the snapshot is kept by what refers to it alone
#   view KEY NAME                            `done FOLDER...`: the folders of a snapshot's layers, lowest first
#   remove KEY                               a snapshot goes
#   import TOP RECORD TYPE FOLDER MANIFEST CONFIG NAME...
#                                            the blobs of manifest and config, files of a folder, become an
#                                            image with these names that holds the snapshot TOP
#   image NAME                               CRI's ID of an image; `none` where CRI does not have it
# and with several lines, the last one `done`:
#   images                                   CRI's: `image ID NAME...`
#   labels NAME...                           containerd's images of these names: `label NAME RECORD`
#   state NAME...                            the same; where all of them have a record, all that these lists have, too
#   snapshots                                `snapshot NAME KIND`, 3 for committed ones
#   held                                     `held CONFIG TOP`
# `failed` says only that it did not work: `ctr` or `crictl` then say why. gRPC is HTTP/2; of its headers,
# which may be compressed, nothing is read: what has failed has no data. Modules would take longer to load
# than all of this takes, so there are none but Perl's own pragmas.
use strict;
use warnings;

my ($path) = @ARGV;
my $stream = -1;
my $lease = '';
$| = 1;
$SIG{ALRM} = sub { print "failed\n"; exit 1 };

# AF_UNIX and SOCK_STREAM are 1, on Linux everywhere but on MIPS.
socket my $socket, 1, 1, 0 or exit 1;
connect $socket, pack 'Sa*', 1, "$path\0" or exit 1;
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

# What is sent at most: HTTP/2's own limit for a frame; what a node's list of images stays below; and what a
# server takes without being asked how much it takes.
my ($frame_limit, $answer_limit, $message_limit) = (16_384, 16 * 1024 * 1024, 40_000);

# The answer's messages, of which a list may come in several; none when there is none, as after an error.
sub call_all {
  my ($method, $message) = @_;
  return if length $message > $message_limit;
  $stream += 2;
  my $headers = "\x83\x86" . field(':path', $method) . field(':authority', 'localhost')
    . field('content-type', 'application/grpc') . field('te', 'trailers')
    . field('containerd-namespace', 'k8s.io') . ($lease eq '' ? '' : field('containerd-lease', $lease));
  send_frame(1, 4, $stream, $headers);
  my $rest = pack('CN', 0, length $message) . $message;
  while (length $rest) {
    my $piece = substr $rest, 0, $frame_limit, '';
    send_frame(0, length $rest ? 0 : 1, $stream, $piece);
  }
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
  my @messages;
  while (length $answer) {
    my ($is_packed, $length) = length $answer < 5 ? (1, 0) : unpack 'CN', $answer;
    return if $is_packed || $length > length($answer) - 5;
    push @messages, substr $answer, 5, $length;
    substr $answer, 0, 5 + $length, '';
  }
  return @messages;
}

# The answer's one message; undefined when there is none.
sub call {
  my @messages = call_all(@_);
  return @messages == 1 ? $messages[0] : undef;
}

sub varint {
  my ($rest) = @_;
  my $bytes = '';
  while ($rest > 127) { $bytes .= chr($rest % 128 + 128); $rest = int($rest / 128) }
  return $bytes . chr $rest;
}

# A field of a protobuf message: a string, or a message within; or a number.
sub text { my ($number, $value) = @_; return pack('C', $number * 8 + 2) . varint(length $value) . $value }
sub number { my ($number, $value) = @_; return pack('C', $number * 8) . varint($value) }

# All values of one field of a message, strings, messages or numbers; dies where it is no message.
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
    if ($kind == 0) {
      my $value = $number->();
      push @values, $value if $tag >> 3 == $wanted;
    }
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

sub remove {
  my ($key) = @_;
  return defined call("$snapshots/Remove", $overlayfs . text(2, $key)) ? 'done' : undef;
}

# Nothing roots a view, so the garbage collector may be quicker than we are; nor does it go by itself.
sub view {
  my ($key, $name) = @_;
  my $mounts = call("$snapshots/View", $overlayfs . text(2, $key) . text(3, $name));
  return unless defined $mounts;
  remove($key);
  my ($mount) = values_of(1, $mounts);
  my ($lower) = grep { s/\Alowerdir=// } values_of(4, $mount);
  # A single layer is no overlay.
  my @folders = defined $lower ? reverse split /:/, $lower : values_of(2, $mount);
  return join "\t", 'done', @folders;
}

# Those of the node's own snapshotter, which is another one where nothing of ours is put into its folders.
sub snapshots {
  my @lists = call_all("$snapshots/List", text(1, $ENV{CONTAINERD_SNAPSHOTTER} || 'overlayfs'));
  my @lines;
  for my $info (map { values_of(1, $_) } @lists) {
    my ($name, $kind) = (values_of(1, $info), values_of(3, $info));
    push @lines, "snapshot\t$name\t" . ($kind // 0) if $name =~ /\A[!-~]+\z/;
  }
  # A list without snapshots has no messages, as an error has none; it is told by asking for one thing more.
  return unless @lists || defined call('/containerd.services.version.v1.Version/Version', '');
  return join "\n", @lines, 'done';
}

# A map's value.
sub value_of {
  my ($key, @entries) = @_;
  for my $entry (@entries) { return (values_of(2, $entry))[0] // '' if (values_of(1, $entry))[0] eq $key }
  return;
}

my ($content, $images) = ('/containerd.services.content.v1.Content', '/containerd.services.images.v1.Images');
my ($record_label, $held_label) = ('dev.slipway/record', 'containerd.io/gc.ref.snapshot.overlayfs');

sub labels {
  my $list = call("$images/List", join '', map { text(1, "name==$_") } @_);
  return unless defined $list;
  my @lines;
  for my $image (values_of(1, $list)) {
    my ($name) = values_of(1, $image);
    my $record = value_of($record_label, values_of(2, $image)) // '';
    push @lines, "label\t$name\t$record" if "$name$record" =~ /\A[!-~]+\z/;
  }
  return join "\n", @lines, 'done';
}

sub held {
  my @lists = call_all("$content/List", '');
  my @lines;
  for my $info (map { values_of(1, $_) } @lists) {
    my ($digest) = values_of(1, $info);
    for my $label (values_of(5, $info)) {
      my ($key, $top) = (values_of(1, $label), values_of(2, $label));
      next unless $key =~ /\Acontainerd\.io\/gc\.ref\.snapshot\./ && "$digest$top" =~ /\A[!-~]+\z/;
      push @lines, "held\t$digest\t$top";
    }
  }
  return join "\n", @lines, 'done';
}

sub state {
  my $labels = @_ ? labels(@_) // return : 'done';
  my $recorded = () = $labels =~ /^label\t\S+\t\S/mg;
  return $labels if $recorded < @_;
  my @lists = map { $_->() // return } \&snapshots, \&held, \&images;
  return join '', (map { s/done\z//r } $labels, @lists), 'done';
}

# A file becomes a blob, if there is none yet, with one label more; nothing where that fails.
sub write_blob {
  my ($folder, $digest, $key, $value) = @_;
  my ($hex) = $digest =~ /\Asha256:([0-9a-f]{64})\z/ or return;
  open my $file, '<:raw', "$folder/$hex" or return;
  my $bytes = do { local $/; <$file> };
  my $size = length $bytes;
  # The last action is to commit. What is there already is refused, but leased to us.
  my $write = number(1, 2) . text(2, "slipway-$digest") . number(3, $size) . text(4, $digest) . text(6, $bytes);
  return $size if defined call("$content/Write", $write . ($key eq '' ? '' : label(7, $key, $value)));
  my $is_there = $key eq ''
    ? call("$content/Info", text(1, $digest))
    : call("$content/Update", text(1, text(1, $digest) . label(5, $key, $value)) . text(2, text(1, "labels.$key")));
  return defined $is_there ? $size : undef;
}

sub import_image {
  my ($top, $record, $type, $folder, $manifest, $config, @names) = @_;
  # Until the image refers to it, nothing else would keep what we write; nor does this, if we are killed.
  my ($second, $minute, $hour, $day, $month, $year) = gmtime time + 3600;
  my $expiry = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $year + 1900, $month + 1, $day, $hour, $minute, $second;
  my $id = "slipway-$$-" . time;
  my $leases = '/containerd.services.leases.v1.Leases';
  defined call("$leases/Create", text(1, $id) . label(3, 'containerd.io/gc.expire', $expiry)) or return;
  $lease = $id;
  my $is_done = defined write_blob($folder, $config, $top eq '' ? '' : $held_label, $top);
  my $size = $is_done ? write_blob($folder, $manifest, 'containerd.io/gc.ref.content.config', $config) : undef;
  for my $name (defined $size ? @names : ()) {
    my $target = text(3, text(1, $type) . text(2, $manifest) . number(3, $size));
    my $image = text(1, $name) . ($record eq '' ? '' : label(2, $record_label, $record)) . $target;
    # What is not given is taken away, as an image that had the name before may have been another one's.
    my $mask = text(2, text(1, 'target') . text(1, "labels.$record_label"));
    $is_done = 0 unless defined call("$images/Update", text(1, $image) . $mask) || defined call("$images/Create", text(1, $image));
  }
  $lease = '';
  call("$leases/Delete", text(1, $id));
  return $is_done && defined $size ? 'done' : undef;
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

my %commands = (
  publish => \&publish, release => \&release, remove => \&remove, view => \&view, import => \&import_image,
  image => \&image, images => \&images, labels => \&labels, state => \&state, snapshots => \&snapshots, held => \&held,
);

alarm 30;
syswrite $socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
send_frame(4, 0, 0, '');
defined call('/containerd.services.version.v1.Version/Version', '') or exit 1;
print "ready\n";
alarm 0;
my $failures = 0;
while (defined(my $line = <STDIN>)) {
  chomp $line;
  last if $line eq '';
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
