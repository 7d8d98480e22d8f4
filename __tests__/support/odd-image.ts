import { baseImage } from './testbed.ts'

/** setxattr(2) from Perl, which every Debian image has, unlike setfattr and setcap. */
const setxattr = `use strict; my ($path, $name, $hex) = @ARGV; my $value = pack("H*", $hex);
my %number = (x86_64 => 188, aarch64 => 5); chomp(my $machine = \`uname -m\`);
syscall($number{$machine}, $path, $name, $value, length($value), 0) == 0 or die "$name: $!";
`

/** Files for {@link oddDockerfile}'s context. */
export const oddFiles = { 'setxattr.pl': setxattr }

/**
 * An image with all that a copy can get wrong: whiteouts, opaque folders, hard links, setuid, file
 * capabilities, ACLs, fifos, device nodes, links to folders, long and strange names, empty layers,
 * odd modes and times, a cron job.
 */
export const oddDockerfile = (): string => `FROM ${baseImage()}
COPY setxattr.pl /tools/
RUN mkdir -p /odd/opaque/deep /odd/gone /odd/kept && echo old >/odd/opaque/old && echo x >/odd/opaque/deep/x \\
 && echo bye >/odd/gone/file && echo hidden >/odd/whiteout && echo a >/odd/kept/replaced && mkdir /odd/becomes-file
RUN cd /odd && echo one >first && ln first second && ln first kept/third && chmod 4755 first \\
 && mkfifo fifo && mknod null c 1 3 && mknod loop b 7 0 && ln -s kept to-folder && ln -s /nowhere dangling \\
 && mkdir sticky setgid locked && chmod 1777 sticky && chmod 2755 setgid && chmod 0000 locked \\
 && touch -d '1999-12-31 23:59:59.123456789' old-file sticky && chown 1234:5678 old-file setgid
RUN cd /odd && name=$(printf 'n%.0s' $(seq 255)) && echo long >"$name" && mkdir -p "k\u00e4se/\u65e5\u672c" && echo u >"k\u00e4se/\u65e5\u672c/\u2603" \\
 && printf n >"$(printf 'new\\nline')" && printf s >'space and "quotes" $(id)' && printf d >-dash
RUN cd /odd && cp /bin/true capable && perl /tools/setxattr.pl /odd/capable security.capability 0100000200040000000000000000000000000000 \\
 && echo acl >acl && perl /tools/setxattr.pl /odd/acl system.posix_acl_access 0200000001000600ffffffff02000600d204000004000400ffffffff10000600ffffffff20000000ffffffff \\
 && mkdir heirs && perl /tools/setxattr.pl /odd/heirs system.posix_acl_default 0200000001000700ffffffff02000500d204000004000500ffffffff10000500ffffffff20000500ffffffff \\
 && perl /tools/setxattr.pl /odd/kept user.note 736c6970776179
RUN cd /odd && deep=$(printf 'd%.0s' $(seq 200)) && mkdir -p "$deep/$deep/$deep/$deep/$deep" && echo end >"$deep/$deep/$deep/$deep/$deep/file" \\
 && printf 1 >"$(printf 'latin-caf\\351')" && printf 2 >'back\\slash' && printf 3 >"$(printf 'tab\\tbed')" && printf 4 >' ' \\
 && ln fifo fifo-again && ln null null-again && ln dangling dangling-again \\
 && mkdir folder-then-link && echo x >folder-then-link/x && ln -s kept link-then-folder && echo 1 >comes-again \\
 && touch -d '1965-04-03 02:01:00.5' before-unix && touch -d '2106-02-08' after-32-bits
RUN cd /odd && rm -r folder-then-link link-then-folder comes-again && ln -s kept folder-then-link && mkdir link-then-folder && echo y >link-then-folder/y
RUN echo 2 >/odd/comes-again && chmod 0700 /odd/sticky && chmod 6711 /odd/capable
RUN rm -rf /odd/opaque && mkdir /odd/opaque && echo new >/odd/opaque/new
RUN rm -r /odd/gone && rm /odd/whiteout /odd/kept/replaced && rmdir /odd/becomes-file && echo file >/odd/becomes-file
RUN true
RUN mkdir -p /var/spool/cron/crontabs && echo '* * * * * true' >/var/spool/cron/crontabs/root \\
 && echo '* * * * * root true' >/etc/cron.d/job 2>/dev/null || { mkdir -p /etc/cron.d && echo '* * * * * root true' >/etc/cron.d/job; }
RUN ln /etc/cron.d/job /etc/cron.d/job-again && chmod 1711 / && chown 7:8 /
WORKDIR /odd
`

/**
 * A command that prints one digest of the whole tree that a container sees: path, type, mode, owner, times, links,
 * devices, xattrs and content. What the runtime mounts into a container is left out, and so are the
 * times of the two folders in which it makes room for that.
 */
const digest = (kept: string, ignored: string): readonly string[] => [
  'sh',
  '-c',
  `cd / && {
     stat --format '%n %a %u %g' . ./etc
     find . -xdev ! -path . ! -path ./etc ! -path './dev*' ! -path './proc*' ! -path './sys*' \
       ! -path ./etc/hosts ! -path ./etc/hostname ! -path ./etc/resolv.conf ! -path ./etc/mtab \
       ! -path './run/secrets*' ! -path ./.dockerenv -print0 | LC_ALL=C sort --zero-terminated |
       tar --create --null --no-recursion --files-from=- --numeric-owner ${kept} \\
         --format=posix --pax-option='exthdr.name=%d/%f,delete=atime,delete=ctime${ignored}'
   } | sha256sum`,
]

export const digestCommand = digest("--acls --xattrs '--xattrs-include=*'", '')

/**
 * The same as far as `docker save` (and with it `kind load` and `docker push`) writes it down: times
 * in whole seconds, and of all xattrs and ACLs the file capabilities alone.
 */
export const coarseDigestCommand = digest("--xattrs '--xattrs-include=security.*'", ',delete=mtime')
