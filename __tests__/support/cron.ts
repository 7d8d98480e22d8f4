import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackPackages } from './debian.ts'
import { baseImage, docker } from './testbed.ts'

/** The crontabs of {@link buildCron}'s image, each with a job for cron's start. */
export const crontabs = [
  'etc/crontab',
  'etc/cron.d/slipway-job',
  'var/spool/cron/crontabs/root',
] as const

/** Runs cron in syslog's place until each crontab's job was run or was refused, and says which. */
const listen = `use strict; use IO::Socket::UNIX; $| = 1;
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "no /dev/log: $!";
my $cron = fork // die "no process: $!";
exec 'cron', '-f' or die "no cron: $!" unless $cron;
alarm 60;
for (my $known = 0; $known < ${crontabs.length}; ) {
  $log->recv(my $line, 65536);
  # The base may have a cron's jobs of its own.
  next unless $line =~ /CMD \\(true in-|NUMBER OF HARD LINKS > 1 \\((\\/etc\\/crontab|\\/etc\\/cron.d\\/slipway-job|crontabs\\/root)\\)/;
  $known++;
  print $line =~ s/^.*?\\]: |\\0//gr, "\\n";
}
kill 'KILL', $cron;
`

export const runCron = ['perl', '/listen.pl'] as const

const dockerfile = (): string => `FROM ${baseImage()}
COPY usr/sbin/cron /usr/sbin/cron
COPY listen.pl /listen.pl
RUN mkdir -p /etc/cron.d /var/spool/cron/crontabs && chmod 1730 /var/spool/cron/crontabs \\
 && echo '@reboot root true in-crontab' >/etc/crontab \\
 && echo '@reboot root true in-cron-d' >/etc/cron.d/slipway-job \\
 && echo '@reboot true in-spool' >/var/spool/cron/crontabs/root && chmod 0600 /var/spool/cron/crontabs/root
`

/** Builds an image with Debian's cron; its crontabs are in the topmost layer. */
export const buildCron = async (tag: string): Promise<void> => {
  const context = await mkdtemp(join(tmpdir(), 'slipway-cron-'))
  try {
    await unpackPackages(context, 'cron')
    await writeFile(join(context, 'listen.pl'), listen)
    await writeFile(join(context, 'Dockerfile'), dockerfile())
    await docker(
      'buildx',
      'build',
      '--quiet',
      '--load',
      '--provenance=false',
      '--tag',
      tag,
      context,
    )
  } finally {
    await rm(context, { recursive: true })
  }
}
