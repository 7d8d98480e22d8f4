import { join } from 'node:path'
import { attempt } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'

/** Something that caps what a node may use. */
export type Bound = {
  /** What it is, such as `limit of its container`. */
  readonly what: string
  /** Bytes, or CPUs. */
  readonly amount: number
  /** Whether all nodes together have this much, and not each. */
  readonly isShared: boolean
}

/** Nothing where there is no limit. */
export const bound = (
  what: string,
  amount: number | undefined,
  isShared: boolean,
): readonly Bound[] => (amount ? [{ what, amount, isShared }] : [])

export type Bounds = { readonly memory: readonly Bound[]; readonly cpu: readonly Bound[] }

/** Reads a file; undefined where it cannot be read. */
export type Read = (path: string) => Promise<string | undefined>

const readQuietly: Read = async (path) => attempt(() => readRegularFile(path).toString('utf8'))

/** Version 1 says "no limit" with a number that no machine has. */
const leastUnlimited = 2 ** 60

/** Reads a limit of memory, of either version of cgroups; undefined for none. */
export const parseMemoryLimit = (text: string): number | undefined => {
  const bytes = /^\s*(\d+)\s*$/.exec(text)?.[1]
  return bytes === undefined || Number(bytes) >= leastUnlimited ? undefined : Number(bytes)
}

/** Reads microseconds and the period that they are of, as `cpu.max` has them; undefined for no limit. */
export const parseCpuLimit = (text: string): number | undefined => {
  const [, quota, period] = /^\s*(\d+)\s+(\d+)\s*$/.exec(text) ?? []
  return quota === undefined || Number(period) === 0 ? undefined : Number(quota) / Number(period)
}

type Above = { readonly path: string; readonly folder: string; readonly version: 1 | 2 }

/**
 * The cgroups above a container's own, outermost first. There are none where the text is of another
 * process, as when we are in a container with process numbers of its own.
 *
 * @param text of `/proc/PID/cgroup`
 */
export const toAbove = (
  text: string,
  controller: 'memory' | 'cpu',
  containerId: string,
): readonly Above[] => {
  const lines = text.split('\n').map((line) => line.split(':'))
  const first = lines.find(([, names = '']) => names.split(',').includes(controller))
  const [, , path = ''] = first ?? lines.find(([number]) => number === '0') ?? []
  const parts = path.split('/').slice(1)
  const own = parts.findIndex((part) => part.includes(containerId))
  if (own < 0 || parts.includes('..')) return []
  const base = first === undefined ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`
  return Array.from({ length: own + 1 }, (_, depth) => {
    const above = parts.slice(0, depth)
    const folder = [base, ...above].join('/')
    return { path: `/${above.join('/')}`, folder, version: first === undefined ? 2 : 1 }
  })
}

const limitOf = async (
  { folder, version }: Above,
  controller: 'memory' | 'cpu',
  read: Read,
): Promise<number | undefined> => {
  const file = async (name: string): Promise<string> => (await read(join(folder, name))) ?? ''
  if (controller === 'memory') {
    return parseMemoryLimit(await file(version === 1 ? 'memory.limit_in_bytes' : 'memory.max'))
  }
  if (version === 2) return parseCpuLimit(await file('cpu.max'))
  return parseCpuLimit(`${await file('cpu.cfs_quota_us')} ${await file('cpu.cfs_period_us')}`)
}

/** Limits of the layers between this machine and a container that runs on it. */
export const findBoundsAbove = async (
  pid: number,
  containerId: string,
  read: Read = readQuietly,
): Promise<Bounds> => {
  const text = (await read(`/proc/${pid}/cgroup`)) ?? ''
  const find = async (controller: 'memory' | 'cpu'): Promise<readonly Bound[]> => {
    const found = toAbove(text, controller, containerId).map(async (layer) => {
      const amount = await limitOf(layer, controller, read)
      return bound(`limit of the machine's cgroup ${layer.path}`, amount, true)
    })
    return (await Promise.all(found)).flat()
  }
  return { memory: await find('memory'), cpu: await find('cpu') }
}
