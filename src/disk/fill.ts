import timers from 'node:timers/promises'
import type { Node } from '../cluster/node.ts'
import { execute } from '../docker/container.ts'
import type { EngineApi, Get } from '../docker/engine-api.ts'
import type { Env } from '../host/command.ts'
import { runCaptured } from '../host/process.ts'
import { containerdFolder, type Filesystem, type Use } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'

/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs = 15_000

const inTime = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work, timers.setTimeout(deadlineMs, undefined, { ref: false })]).catch(
    () => undefined,
  )

type Nodes = readonly Node[]

type Part = { readonly what: string; readonly bytes: number }

const renderParts = (parts: readonly Part[]): string =>
  parts
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`)
    .join(', ')

type Sized = { readonly Size?: number; readonly SizeRw?: number; readonly Shared?: boolean }
type Usage = {
  readonly LayersSize?: number
  readonly BuildCache?: readonly Sized[] | null
  readonly Containers?: readonly Sized[] | null
  readonly Volumes?: readonly { readonly UsageData?: Sized | null }[] | null
}

/** What Docker's data consists of, largest first. */
export const renderUsage = (usage: Usage): string => {
  const sum = (sizes: readonly (number | undefined)[] = []): number =>
    sizes.reduce<number>((all, size) => all + Math.max(0, size ?? 0), 0)
  const cache = usage.BuildCache?.filter(({ Shared }) => Shared !== true)
  return renderParts([
    { what: 'images', bytes: usage.LayersSize ?? 0 },
    { what: 'build cache', bytes: sum(cache?.map(({ Size }) => Size)) },
    { what: 'containers', bytes: sum(usage.Containers?.map(({ SizeRw }) => SizeRw)) },
    {
      what: "volumes (the nodes' included)",
      bytes: sum(usage.Volumes?.map((v) => v.UsageData?.Size)),
    },
  ])
}

/** What is asked first where several are on one filesystem. */
const order = ['docker', 'node', 'temp'] as const

const duArgs = ['--one-file-system', '--max-depth=1', '--block-size=1', '--'] as const

/** The largest folders of those that `du` prints, the last of which is all together. */
export const parseDu = (printed: string): readonly Part[] =>
  printed
    .split('\n')
    .flatMap((line) => {
      const [, bytes, what = ''] = /^(\d+)\t(.+)$/.exec(line) ?? []
      return bytes === undefined ? [] : [{ what, bytes: Number(bytes) }]
    })
    .slice(0, -1)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3)

const askDocker = async (get: Get): Promise<string> => {
  const usage = await get<Usage>('/system/df')
  if (usage === undefined) return ''
  return `. Docker's disk usage: ${renderUsage(usage)} (files that nodes share with Docker count twice)`
}

const askNode = async (api: EngineApi, nodes: Nodes, name: string): Promise<string> => {
  const node = nodes.find((each) => each.name === name)
  const argv = ['du', ...duArgs, containerdFolder]
  const parts = node && parseDu(await execute(api, node.containerId, argv, deadlineMs))
  return parts === undefined || parts.length === 0 ? '' : `. Largest folders: ${renderParts(parts)}`
}

const askTemp = async ({ cancelled }: EngineApi, env: Env, path: string): Promise<string> => {
  const command = { file: 'du', args: [...duArgs, path], env, timeoutMs: deadlineMs }
  const { stdout } = await runCaptured({ ...command, signal: cancelled })
  const parts = parseDu(stdout)
  return parts.length === 0 ? '' : `. Largest folders: ${renderParts(parts)}`
}

/** What fills a filesystem, as the end of a sentence; nothing where nobody can say in time. */
export const describeFill = async (
  api: EngineApi,
  nodes: Nodes,
  { uses, path }: Filesystem,
  env: Env,
): Promise<string> => {
  const asked = (use: Use): Promise<string> => {
    switch (use.kind) {
      case 'docker':
        return askDocker(api.get)
      case 'node':
        return askNode(api, nodes, use.name)
      case 'temp':
        return askTemp(api, env, path)
    }
  }
  // Docker's data says most, where it is on the same one.
  const [first] = uses.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return (first && (await inTime(asked(first)))) ?? ''
}
