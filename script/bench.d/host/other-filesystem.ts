import { statSync } from 'node:fs'
import { type Engine, workFolderOf } from './engine.ts'
import type { Session } from './session.ts'

const containerdRoot = '/var/lib/containerd'

/** The bytes are taken beforehand: what is written there later does not show on the disk below. */
const makeScript = `
set -eu
PATH=$PATH:/usr/sbin:/sbin
[ -e "$1" ] || fallocate --length "$2" "$1"
mkfs.ext4 -q -F -m 0 -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 "$1"
losetup --find --show "$1"
`

/** What the node has already goes along; its entry point, or systemd, starts containerd again. */
const moveScript = `
set -e
[ -b "$1" ] || mknod "$1" b 7 "\${1#/dev/loop}"
mkdir -p /run/slipway-bench-root
mount "$1" /run/slipway-bench-root
cp --archive ${containerdRoot}/. /run/slipway-bench-root/
mount --bind /run/slipway-bench-root ${containerdRoot}
old=$(pidof containerd)
kill $old
for try in $(seq 300); do
  now=$(pidof containerd || true)
  if [ -n "$now" ] && [ "$now" != "$old" ] && ctr version >/dev/null 2>&1 && crictl version >/dev/null 2>&1; then exit 0; fi
  sleep 0.1
done
echo 'containerd did not come back' >&2
exit 1
`

/**
 * Gives a node's containerd an ext4 of its own, made in a file that is kept for the whole session.
 *
 * @returns the folder in which that filesystem is seen on this machine
 */
export const moveToOtherFilesystem = async (
  scope: Session,
  whole: Session,
  engine: Engine,
  node: string,
  bytes: number,
): Promise<string> => {
  const number = node.split('-').at(-1)
  const file = `${workFolderOf(engine)}/slipway-bench-${whole.id}-node${number}.ext4`
  const options = { signal: AbortSignal.timeout(120_000) }
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    whole.defer(file, () => whole.run('rm', ['--force', file], options))
  }
  const size = String(Math.ceil(bytes / 2 ** 20) * 2 ** 20)
  const device = (await scope.run('sh', ['-c', makeScript, 'sh', file, size])).trim()
  scope.defer(device, () => scope.run('losetup', ['--detach', device], options))
  await scope.docker(['exec', node, 'sh', '-c', moveScript, 'sh', device])
  const pid = await scope.docker(['inspect', '--format', '{{.State.Pid}}', node])
  return `/proc/${pid.trim()}/root${containerdRoot}`
}
