import { baseImage, buildTestImage } from './testbed.ts'

/**
 * BuildKit's image cannot be had here. This one stands for it: `buildkitd` does nothing, and `buildctl
 * dial-stdio` leads to the BuildKit of another daemon. buildx takes it when its pull fails.
 */
const files = {
  buildkitd: '#!/bin/sh\nexec sleep 1000000\n',
  buildctl: `#!/bin/sh
[ "$1" != debug ] || exit 0
exec perl -MIO::Socket::INET -MIO::Select -e '
  my $s = IO::Socket::INET->new($ENV{BUILDKIT}) or die "no BuildKit: $!";
  my $select = IO::Select->new(\\*STDIN, $s);
  while (1) { for my $from ($select->can_read) {
    sysread($from, my $bytes, 65536) or exit 0;
    my $to = $from == $s ? \\*STDOUT : $s;
    while (length $bytes) { my $n = syswrite($to, $bytes) // exit 1; substr($bytes, 0, $n, "") }
  } }'
`,
}

export const makeBuilderImage = (tag: string): Promise<string> =>
  buildTestImage(
    tag,
    `FROM ${baseImage()}\nCOPY --chmod=755 buildkitd buildctl /usr/bin/\nENTRYPOINT ["buildkitd"]\n`,
    files,
  )

/**
 * A builder in a container, as inputs.
 *
 * @param image of {@link makeBuilderImage}
 * @param endpoint where the BuildKit listens that it stands for
 */
export const inContainer = (image: string, endpoint: string): Readonly<Record<string, string>> => ({
  driver: 'docker-container',
  'driver-opts': [
    `image=${image}`,
    'network=host',
    `env.BUILDKIT=${endpoint.replace('tcp://', '')}`,
  ].join('\n'),
})
