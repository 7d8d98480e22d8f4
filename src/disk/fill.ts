import { executeIn } from '../cluster/in-node.ts'
import type { Node } from '../cluster/node.ts'
import type { EngineApi, Get } from '../docker/engine-api.ts'
import { sumBytes, sumCache } from '../docker/reusable.ts'
import { findUsage, type Usage } from '../docker/usage.ts'
import type { Env } from '../host/command.ts'
import { within } from '../host/deadline.ts'
import { runCaptured } from '../host/process.ts'
import type { Filesystem, Use } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'

/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs = 15_000

type Nodes = readonly Node[]

type Part = { readonly what: string; readonly bytes: number }

const renderParts = (parts: readonly Part[]): string =>
  parts
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`)
    .join(', ')

/** What Docker's data consists of, largest first. */
export const renderUsage = (usage: Usage): string => {
  const volumes = usage.Volumes?.map(({ UsageData }) => UsageData?.Size)
  return renderParts([
    { what: 'images', bytes: usage.LayersSize ?? 0 },
    { what: 'build cache', bytes: sumCache(usage) },
    { what: 'containers', bytes: sumBytes(usage.Containers?.map(({ SizeRw }) => SizeRw)) },
    { what: "volumes (the nodes' included)", bytes: sumBytes(volumes) },
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
  const usage = await findUsage(get, ['image', 'build-cache', 'container', 'volume'])
  if (usage === undefined) return ''
  return `. Docker's disk usage: ${renderUsage(usage)} (files that nodes share with Docker count twice)`
}

const renderFolders = (parts: readonly Part[]): string =>
  parts.length === 0 ? '' : `. Largest folders: ${renderParts(parts)}`

const askNode = async (api: EngineApi, nodes: Nodes, name: string): Promise<string> => {
  const node = nodes.find((each) => each.name === name)
  if (node === undefined) return ''
  const argv = ['du', ...duArgs, node.containerd.root]
  return renderFolders(parseDu(await executeIn(api, node, argv, deadlineMs)))
}

const askTemp = async ({ cancelled }: EngineApi, env: Env, path: string): Promise<string> => {
  const command = { file: 'du', args: [...duArgs, path], env, timeoutMs: deadlineMs }
  const { stdout } = await runCaptured({ ...command, signal: cancelled })
  return renderFolders(parseDu(stdout))
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
  if (first === undefined) return ''
  const answer = asked(first).catch(() => '')
  return within(answer, deadlineMs, '')
}
