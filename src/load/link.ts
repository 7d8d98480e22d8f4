import { readFileSync } from 'node:fs'
import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { type Docker, type DockerOptions, describeEnd } from '../host/docker.ts'
import { splitLines } from '../host/log-fence.ts'
import { runStreaming } from '../host/process.ts'
import { mountPoint, toHelperOrder } from './order.ts'

/** What became of one node: what it lacked and what had to be copied, or why linking failed. */
export type LinkResult =
  | {
      readonly kind: 'loaded'
      readonly layers: number
      readonly copiedBytes: number
      readonly durationMs: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** Linking takes a second; a large image on a slow disk, a minute. */
const deadlineMs = 300_000

/** The label by which leftover helpers are found, and the run that they belong to. */
export const runLabel = 'dev.slipway.run'

const helperScript = (): string => readFileSync(new URL('./helper.sh', import.meta.url), 'utf8')

/** The arguments of `docker` that start a helper for nodes that run one image. */
export const toHelperArgs = (
  nodeImageId: string,
  mountedFolder: string,
  runId: string,
  script: string,
): readonly string[] => [
  'run',
  '--rm',
  '--interactive',
  '--pull=never',
  '--privileged',
  '--userns=host',
  '--pid=host',
  '--network=none',
  `--label=${runLabel}=${runId}`,
  `--mount=type=bind,source=${mountedFolder},target=${mountPoint}`,
  '--entrypoint=/bin/bash',
  nodeImageId,
  '-c',
  script,
]

/** Reads the helper's events: tab-separated node, event and details. */
const watchEvents = (started: number) => {
  const results = new Map<string, LinkResult>()
  const onLine = (line: string): void => {
    const [node = '', event, layers, copiedBytes] = line.split('\t')
    if (event !== 'loaded') return
    const durationMs = Math.round(performance.now() - started)
    results.set(node, {
      kind: 'loaded',
      layers: Number(layers),
      copiedBytes: Number(copiedBytes),
      durationMs,
    })
  }
  return { results, onLine }
}

const reasonFor = (node: KindNode, errors: readonly string[], end: string): string => {
  const own = errors.filter((line) => line.startsWith(`${node.name}: `))
  const said = (own.length > 0 ? own : errors).slice(-2).join(' ').replace(`${node.name}: `, '')
  return said === '' ? end : said
}

/**
 * Links one image's layers into nodes that all run the same node image, side by side, with one
 * helper container. A node that fails has nothing of the image, and the result says why.
 */
export const linkImage = async (
  docker: Docker,
  engine: Engine,
  image: LocalImage,
  nodes: readonly KindNode[],
  runId: string,
): Promise<ReadonlyMap<string, LinkResult>> => {
  const failAll = (reason: string): ReadonlyMap<string, LinkResult> =>
    new Map(nodes.map(({ name }) => [name, { kind: 'failed', reason }]))
  const order = toHelperOrder(engine, image, nodes, runId, deadlineMs)
  const [first] = nodes
  if (first === undefined) return new Map()
  if (typeof order === 'string') return failAll(order)
  const args = toHelperArgs(first.imageId, order.mountedFolder, runId, helperScript())
  const { results, onLine } = watchEvents(performance.now())
  const errors: string[] = []
  const options: DockerOptions = {
    stdin: { lifeline: order.lines },
    timeoutMs: deadlineMs + 15_000,
  }
  const ended = await runStreaming(docker.command(args, options), {
    stdout: (stream) => splitLines(stream, onLine),
    stderr: (stream) => splitLines(stream, (line) => errors.push(line)),
  })
  const end = describeEnd({ ...ended, stdout: '', stderr: errors.join('\n') })
  return new Map(
    nodes.map((node) => [
      node.name,
      results.get(node.name) ?? { kind: 'failed', reason: reasonFor(node, errors, end) },
    ]),
  )
}
