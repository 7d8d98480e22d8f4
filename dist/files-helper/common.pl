# Puts files into a store by their digests, and from there into nodes, without a second copy where links
# reach. Runs in a helper container made from the nodes' own image, with the host's process namespace and ONE
# bind mount that holds the store and the nodes' volumes: link(2) refuses to cross mounts. The parts of this
# program are joined in the order in which src/files/helper.ts names them. What it reads was written by us;
# names of files in it were not. Modules are those of perl-base alone.
#
# Standard input: commands, each a word and its fields, every one of them ended by NUL. Its end (the action
# died) ends the helper. Standard output: lines with tab-separated fields.
#   open RUN STORE WORKERS           `opened FREE_BYTES`
#   have DIGEST BYTES EXECUTABLE...  `has DIGEST EXECUTABLE` for each that the store has after all `have`s
#   answer                           `answered`
#   source NAME FOLDER IDENTITY      `unseen NAME` where the folder is not the one that we mean
#   file SOURCE PATH STAT EXECUTABLE DIGEST NAMED  DIGEST, which is known, and NAMED, which is to be seen, may be empty
#   gather VERIFY                    `object INDEX DIGEST`, `copied BYTES`, `broken DIGEST`, `changed INDEX`,
#                                    `other INDEX DIGEST`, `gathered`
#   tree ID KIND, folder PATH, link PATH TARGET, entry PATH DIGEST EXECUTABLE    the tree that is placed next
#   place NODE PID DESTINATION ROOT VAR PARENT NAME ID MODE KEY TARGET VERIFY RECORD
#   remove ... (the same fields; ID, MODE, KEY and VERIFY mean nothing)
#   go                               `placed NODE TARGET WAY BYTES`, `cannot NODE TARGET REASON`,
#                                    `removed NODE TARGET`, `kept NODE TARGET`, `done`
#   stage CONFIG                     `staged ID`: that tree is in the staging folder as layer.ID, until `end`,
#                                    and beside it config.ID, a file of this text
#   trim BYTES                       `trimmed BYTES`
#   end                              `ended`
# IDENTITY is DEVICE:INODE, STAT is DEVICE:INODE:SIZE:MODIFIED:CHANGED, the times in nanoseconds.
use strict;
use warnings;
use Errno qw(EEXIST EMLINK ENOENT ENOTDIR EXDEV);
use Fcntl qw(:DEFAULT :flock :mode);
use POSIX qw(:sys_wait_h);

my ($arm) = (POSIX::uname())[4] =~ /^(?:aarch64|arm64)$/;
my %number = (
  statx => $arm ? 291 : 332,
  copy_file_range => $arm ? 285 : 326,
  sync_file_range => $arm ? 84 : 277,
  setns => $arm ? 268 : 308,
  unshare => $arm ? 97 : 272,
  open_tree => 428,
  move_mount => 429,
  mount_setattr => 442,
);
my ($run, $store, $workers) = ('', '', 1);
my $pending = '';
my @children = ();
my %locks = ();
# What is placed next: id, kind, folders, links, entries.
my %tree = ();
$| = 1;
umask 022;

sub to_line { return join("\t", map { s/[\x00-\x1f\x7f]/ /gr } @_) . "\n" }

# One line in one write: several processes share the output.
sub inform { syswrite STDOUT, to_line(@_) }

# Lines together: each write wakes up Docker, and whoever hears it. What is longer than PIPE_BUF may be torn.
sub inform_all {
  my $text = '';
  for (map { to_line(@$_) } @_) {
    if (length($text) + length > 4_096) { syswrite STDOUT, $text; $text = '' }
    $text .= $_;
  }
  syswrite STDOUT, $text if $text ne '';
}

my $first_process = $$;

# What went wrong and should not have. A full disk gets back what was half done.
sub fail {
  syswrite STDERR, join(' ', map { s/[\x00-\x1f\x7f]/ /gr } @_) . "\n" if @_ > 0;
  close_store() if $$ == $first_process && $locks{run};
  exit 1;
}

# Removes a folder and all below it, of a name in the current folder. Follows no link.
sub remove_all {
  my ($name) = @_;
  my @found = lstat $name or return;
  return unlink $name unless S_ISDIR($found[2]);
  opendir my $handle, $name or return;
  my @inside = grep { $_ ne '.' && $_ ne '..' } readdir $handle;
  closedir $handle;
  remove_all("$name/$_") for @inside;
  rmdir $name;
}

sub end_early {
  kill 'TERM', @children if @children;
  waitpid $_, 0 for @children;
  remove_all("$store/staging/$run") if $store ne '' && $run ne '';
  exit 143;
}
$SIG{TERM} = \&end_early;
$SIG{PIPE} = \&end_early;

# More of the input. Whoever speaks with us is gone when there is none.
sub read_more {
  my $read = sysread STDIN, $pending, 65_536, length $pending;
  end_early() if defined $read && $read == 0;
  end_early() if !defined $read && !$!{EINTR};
}

sub next_field {
  my $end;
  read_more() while ($end = index $pending, "\0") < 0;
  my $field = substr $pending, 0, $end;
  substr($pending, 0, $end + 1) = '';
  return $field;
}

# Has children do each piece of work, and watches the input meanwhile. True when all of them ended well.
sub in_children {
  my @work = @_;
  pipe my $over, my $working or fail("pipe: $!");
  @children = ();
  for my $each (@work) {
    my $pid = fork;
    fail("fork: $!") unless defined $pid;
    if ($pid == 0) {
      $SIG{TERM} = $SIG{PIPE} = 'DEFAULT';
      close $over;
      $each->();
      POSIX::_exit(0);
    }
    push @children, $pid;
  }
  close $working;
  while (1) {
    my $ready = '';
    vec($ready, fileno STDIN, 1) = 1;
    vec($ready, fileno $over, 1) = 1;
    next if select($ready, undef, undef, undef) < 0;
    read_more() if vec $ready, fileno STDIN, 1;
    last if vec $ready, fileno $over, 1;
  }
  my $failed = 0;
  for (@children) { waitpid $_, 0; $failed ||= $? }
  @children = ();
  return !$failed;
}

sub free_bytes {
  my ($folder) = @_;
  open my $output, '-|', 'stat', '--file-system', '--format', '%a %S', '--', $folder or return 0;
  my $text = do { local $/; <$output> } // '';
  close $output;
  my ($blocks, $size) = $text =~ /^([0-9]+) ([0-9]+)/;
  return ($blocks // 0) * ($size // 0);
}

# DEVICE:INODE:SIZE:MODIFIED:CHANGED of an open file.
sub stat_text {
  my ($file) = @_;
  my ($device, $inode, $size) = (stat $file)[0, 1, 7];
  my ($empty, $answer) = ("\0", "\0" x 256);
  # AT_EMPTY_PATH, STATX_BASIC_STATS
  syscall($number{statx}, fileno $file, $empty, 0x1000, 0x7ff, $answer) == 0 or return '';
  my ($changed_s, $changed_ns) = unpack 'x96 q L', $answer;
  my ($modified_s, $modified_ns) = unpack 'x112 q L', $answer;
  my $modified = $modified_s * 1_000_000_000 + $modified_ns;
  my $changed = $changed_s * 1_000_000_000 + $changed_ns;
  return "$device:$inode:$size:$modified:$changed";
}

# Copies an open file to another by a reflink, in the kernel, or through our memory; false with $! set.
sub copy_bytes {
  my ($from, $to, $size) = @_;
  # FICLONE
  return 1 if $size > 0 && ioctl $to, 0x40049409, fileno $from;
  my $done = 0;
  while ($done < $size) {
    my $copied = syscall $number{copy_file_range}, fileno $from, 0, fileno $to, 0, $size - $done, 0;
    return copy_through_memory($from, $to, $done) if $copied < 0 && $done == 0;
    return 0 if $copied < 0;
    last if $copied == 0;
    $done += $copied;
  }
  return 1;
}

sub copy_through_memory {
  my ($from, $to) = @_;
  my $bytes;
  while (my $read = sysread $from, $bytes, 1_048_576) {
    for (my $at = 0; $at < $read;) {
      my $written = syswrite $to, $bytes, $read - $at, $at;
      return 0 unless defined $written;
      $at += $written;
    }
  }
  return 1;
}
