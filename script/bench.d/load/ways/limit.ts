import { canReach, type Engine, isClassic, workFolderOf } from '../../host/engine.ts'
import { layerFolders } from '../layers.ts'
import type { Trial, Way } from '../way.ts'

/** Takes its own time: where it runs in a container, that one's start is no part of the limit. */
const script = `
set -e
to=$1
shift
mkdir -p "$to"
layer=0
from=$EPOCHREALTIME
for folder; do
  cp --archive --link --no-target-directory "$folder" "$to/$layer"
  layer=$((layer + 1))
done
until=$EPOCHREALTIME
echo $((\${until/./} - \${from/./}))
`

const env = { LC_ALL: 'C' }

/** Where a helper container sees the daemon's data root. */
const mountPoint = '/slipway-bench'

/** A shell with the daemon's folders in reach, and how paths are called there. */
const openShell = ({ session, engine }: Trial) => {
  if (canReach(engine)) {
    const shell = (args: readonly string[], signal = session.signal) =>
      session.run('bash', ['-c', ...args], { env, signal })
    return { shell, toInner: (path: string): string => path }
  }
  const options = ['--rm', '--pull=never', '--privileged', '--userns=host', '--network=none']
  const mount = `--mount=type=bind,source=${engine.dataRoot},target=${mountPoint}`
  const image = process.env['SLIPWAY_NODE_IMAGE'] ?? ''
  const start = ['run', ...options, mount, '--env=LC_ALL=C', '--entrypoint=/bin/bash', image, '-c']
  const shell = (args: readonly string[], signal = session.signal) =>
    session.docker([...start, ...args], { signal })
  const toInner = (path: string): string => mountPoint + path.slice(engine.dataRoot.length)
  return { shell, toInner }
}

/** What no way that links files can beat: linking them, without any containerd or verification. */
export const limitWay: Way = {
  name: 'limit',
  title: 'limit: bare cp -al',
  fillsNodes: false,
  isImpossible: (engine: Engine) =>
    isClassic(engine) ? undefined : `Docker does not name the layer folders (${engine.driver})`,
  load: async (trial) => {
    const { session, keeper, engine, nodes } = trial
    const { shell, toInner } = openShell(trial)
    const target = toInner(`${workFolderOf(engine)}/slipway-bench-${session.id}-${nodes.cluster}`)
    keeper.defer('the linked folders', () =>
      shell(['rm -rf "$1"', 'bash', target], AbortSignal.timeout(120_000)),
    )
    const folders = (await layerFolders(trial)).map(toInner)
    const microseconds = Number(await shell([script, 'bash', target, ...folders]))
    return { wallMs: microseconds / 1_000 }
  },
}
