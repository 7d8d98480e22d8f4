import { join } from 'node:path'
import type { OtherBuilder } from '../../../__tests__/support/other-builder.ts'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { type Registry, startRegistry } from '../host/registry.ts'
import { type Session, withScope } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'
import { watchDisk } from '../measure/disk-sampler.ts'
import { type Size, writeContext } from './context.ts'

/** What one load took, and what came from the builder. */
export type Measured = {
  readonly seconds: number
  readonly bytes: number
  /** What the disk held at its peak beyond what stayed. */
  readonly extraBytes: number
}

export const ways = ['slipway', 'today', 'registry'] as const
export type Way = (typeof ways)[number]

/** What a way had to do, one after the other in the same nodes. */
export type Round = {
  readonly cold: Measured
  readonly unchanged: Measured
  readonly changed: Measured
}

export type Stage = {
  readonly session: Session
  readonly builder: OtherBuilder
  readonly folder: string
  readonly tag: string
  /** Of the daemon that has the nodes. */
  readonly dataRoot: string
}

export const prepareImage = async (
  session: Session,
  builder: OtherBuilder,
  base: string,
  size: Size,
): Promise<Stage> => {
  const folder = join(session.tempDir, 'context')
  writeContext(folder, base, size)
  const dataRoot = (await session.docker(['info', '--format', '{{.DockerRootDir}}'])).trim()
  const tag = `slipway-bench-builders:${session.id}`
  const stage = { session, builder, folder, tag, dataRoot }
  // The builder's work is the same for all ways: its cache has what is measured.
  for (const line of ['first', 'second']) await build(stage, line, ['--output=type=cacheonly'])
  return stage
}

const build = async (
  { session, builder, folder, tag }: Stage,
  line: string,
  output: readonly string[],
): Promise<void> => {
  const args = ['--quiet', '--provenance=false', `--tag=${tag}`, `--build-arg=LINE=${line}`]
  const env = { BUILDX_CONFIG: builder.config }
  await session.docker(['buildx', 'build', ...args, ...output, folder], { env })
}

/** `docker buildx build --load`, and kind. */
const loadAsToday = async (stage: Stage, cluster: string, line: string): Promise<void> => {
  await build(stage, line, ['--load'])
  await stage.session.run('kind', ['load', 'docker-image', stage.tag, '--name', cluster])
}

const loadBySlipway = async (stage: Stage, cluster: string, line: string): Promise<void> => {
  const { session, builder, folder, tag } = stage
  const inputs = {
    context: folder,
    tags: tag,
    'build-args': `LINE=${line}`,
    'cluster-name': cluster,
  }
  const { temp, env } = makeStep(session.tempDir, inputs)
  const places = { BUILDX_CONFIG: builder.config, GITHUB_WORKSPACE: folder, RUNNER_TEMP: temp }
  await session.run(process.execPath, [mainFile], { env: { ...env, ...places } })
}

/** What clusters away from the machine need: the nodes pull what the builder has pushed. */
const loadByRegistry = async (
  stage: Stage,
  { names }: FreshNodes,
  line: string,
  { name, address }: Registry,
): Promise<void> => {
  const { session, tag } = stage
  const output = '--output=type=image,push=true,registry.insecure=true'
  await build({ ...stage, tag: `${address}/${tag}` }, line, [output])
  const pull = [
    'ctr',
    '--namespace=k8s.io',
    'images',
    'pull',
    '--plain-http',
    `${name}:5000/${tag}`,
  ]
  await Promise.all(names.map((node) => session.docker(['exec', node, ...pull])))
}

const measure = async (
  { builder, session, dataRoot }: Stage,
  body: () => Promise<void>,
): Promise<Measured> => {
  const disk = await watchDisk({ folders: [dataRoot, session.tempDir], spool: undefined })
  const [started, before] = [performance.now(), builder.sentBytes()]
  try {
    await body()
  } finally {
    await disk.stopAtPeak()
  }
  const seconds = (performance.now() - started) / 1_000
  const { peakBytes } = await disk.stopAtPeak()
  const extraBytes = Math.max(0, peakBytes - (await disk.extraNow()))
  return { seconds, bytes: builder.sentBytes() - before, extraBytes }
}

/** Loads the image into fresh nodes, again as it is, and with its last line changed. */
export const runRound = (stage: Stage, way: Way, nodes: number): Promise<Round> =>
  withScope(stage.session, async (scope) => {
    const started = await startNodes(scope, nodes)
    const { cluster } = started
    const registry = way === 'registry' ? await startRegistry(scope) : undefined
    const load = (line: string): Promise<void> => {
      if (registry !== undefined) return loadByRegistry(stage, started, line, registry)
      return (way === 'today' ? loadAsToday : loadBySlipway)(stage, cluster, line)
    }
    const each = (line: string) => measure(stage, () => load(line))
    const cold = await each('first')
    const unchanged = await each('first')
    const changed = await each('second')
    await stage.session.docker(['image', 'rm', '--force', stage.tag])
    return { cold, unchanged, changed }
  })
