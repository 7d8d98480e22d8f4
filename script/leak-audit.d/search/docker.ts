import { readdirSync, readlinkSync } from 'node:fs'
import { docker } from '../../../__tests__/support/testbed.ts'
import type { Hit, Landmarks, Moment, PlaceId } from '../places.ts'
import type { Tokens } from './tokens.ts'

/** What docker prints; things that others removed meanwhile are not missed. */
const ask = async (...args: readonly string[]): Promise<string> => {
  try {
    return await docker(...args)
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? '')
  }
}

const idsOf = async (...args: readonly string[]): Promise<readonly string[]> => [
  ...new Set((await ask(...args)).split('\n').filter(Boolean)),
]

const inspectAll = async (): Promise<string> => {
  const kinds: readonly (readonly [kind: string, ids: readonly string[]])[] = [
    ['container', await idsOf('ps', '--all', '--quiet', '--no-trunc')],
    ['image', await idsOf('image', 'ls', '--all', '--quiet', '--no-trunc')],
    ['volume', await idsOf('volume', 'ls', '--quiet')],
    ['network', await idsOf('network', 'ls', '--quiet', '--no-trunc')],
  ]
  const known = kinds.filter(([, ids]) => ids.length > 0)
  const texts = await Promise.all(known.map(([kind, ids]) => ask(kind, 'inspect', ...ids)))
  return [...texts, await ask('info', '--format', '{{json .}}'), await ask('buildx', 'ls')].join(
    '\n',
  )
}

type Record = { readonly ref: string; readonly name: string; readonly status: string }

/** BuildKit keeps a record of each build: its arguments, its provenance, its log. */
const readRecords = async (prefix: string): Promise<string> => {
  const lines = await idsOf('buildx', 'history', 'ls', '--format', 'json')
  const records = lines
    .map((line) => JSON.parse(line) as Record)
    // The log of a build that still runs would not end.
    .filter(({ name, status }) => name.startsWith(prefix) && status !== 'Running')
  const texts = records.map(async ({ ref }) => {
    const id = ref.replace(/^.*\//, '')
    const history = (...args: readonly string[]) => ask('buildx', 'history', ...args)
    const record = await history('inspect', '--format', 'json', id)
    const digests = [...record.matchAll(/"Digest": "(sha256:[0-9a-f]{64})"/g)].map(
      ([, d = '']) => d,
    )
    const attached = digests.map((digest) => history('inspect', 'attachment', id, digest))
    return [record, await history('logs', id), ...(await Promise.all(attached))].join('\n')
  })
  return (await Promise.all(texts)).join('\n')
}

const readImages = async (tags: readonly string[]): Promise<string> => {
  const texts = tags.map(async (tag) =>
    [
      await ask('image', 'inspect', tag),
      await ask('history', '--no-trunc', '--format', '{{json .}}', tag),
    ].join('\n'),
  )
  return (await Promise.all(texts)).join('\n')
}

/** Asks the daemon for all that it tells. */
export const searchDocker = async (
  tokens: Tokens,
  moment: Moment,
  builds: { readonly tags: readonly string[]; readonly prefix: string },
): Promise<readonly Hit[]> => {
  const texts: readonly (readonly [place: PlaceId, text: string])[] = [
    ['inspect', await inspectAll()],
    ['record', await readRecords(builds.prefix)],
    ['image', await readImages(builds.tags)],
  ]
  return texts.flatMap(([place, text]) =>
    tokens.waysIn(text).map((way): Hit => ({ way, place, moment, where: 'docker' })),
  )
}

const namespaceOf = (pid: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return ''
  }
}

/** Which folders are the daemon's, and which the nodes'. */
export const findLandmarks = async (nodes: readonly string[]): Promise<Landmarks> => {
  const dataRoot = await docker('info', '--format', '{{.DockerRootDir}}')
  const format = '{{.State.Pid}}{{range .Mounts}} {{.Source}}{{end}}'
  const lines = await Promise.all(nodes.map((node) => ask('inspect', '--format', format, node)))
  const volumes = lines.flatMap((line) => line.split(' ').slice(1))
  const inNodes = new Set(lines.map((line) => namespaceOf(line.split(' ')[0] ?? '')))
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const roots = pids
    .filter((pid) => inNodes.has(namespaceOf(pid)))
    .map((pid) => `/proc/${pid}/root`)
  return { dataRoot, nodeFolders: [...volumes, ...roots] }
}
