import { readFileSync, realpathSync } from 'node:fs'
import { availableParallelism, loadavg, totalmem } from 'node:os'
import type { Engine } from './engine.ts'
import type { FreshNodes } from './nodes.ts'
import { say } from './progress.ts'
import type { Session } from './session.ts'

/** What a measurement depends on. Nothing here tells whose machine it was. */
export type Machine = {
  readonly cores: number
  readonly memoryBytes: number
  readonly filesystem: string
  readonly docker: string
  readonly driver: string
  readonly containerd: string
  readonly kind: string
  readonly node: string
}

/** The type of the deepest mount that holds a folder. */
const filesystemOf = (folder: string): string => {
  const path = `${realpathSync(folder)}/`
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [left = '', right = ''] = line.split(' - ')
      const point = left.split(' ')[4] ?? ''
      const type = right.split(' ')[0] ?? ''
      const prefix = point === '/' ? '/' : `${point}/`
      return point !== '' && path.startsWith(prefix) ? [{ prefix, type }] : []
    })
  // Of several mounts on one point the last is what one sees.
  const deepest = mounts.reduce<{ prefix: string; type: string } | undefined>(
    (best, mount) => (best && best.prefix.length > mount.prefix.length ? best : mount),
    undefined,
  )
  return deepest?.type ?? 'unknown'
}

const toVersion = (text: string): string => /[0-9]+\.[0-9]+(\.[0-9]+)?/.exec(text)?.[0] ?? 'unknown'

export const readMachine = async (
  session: Session,
  engine: Engine,
  nodes: FreshNodes,
): Promise<Machine> => {
  const [name = ''] = nodes.names
  const [containerd, kind] = await Promise.all([
    session.docker(['exec', name, 'containerd', '--version']),
    session.run('kind', ['version']).catch(() => 'none'),
  ])
  return {
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    filesystem: engine.isLocal ? filesystemOf(engine.dataRoot) : 'not on this machine',
    docker: toVersion(engine.version),
    driver: engine.driver,
    containerd: toVersion(containerd),
    kind: toVersion(kind),
    node: process.versions.node,
  }
}

/** Others' work shows in every number. */
export const warnWhenBusy = (): void => {
  const [load = 0] = loadavg()
  if (load > availableParallelism() / 2) {
    say(`the machine is busy (load ${load.toFixed(1)}): times will be worse than they could be`)
  }
}
