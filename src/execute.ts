import { relative } from 'node:path'
import { buildImage } from './build/build-image.ts'
import type { BuildMetadata } from './build/metadata.ts'
import { findBuildWarnings } from './build/warnings.ts'
import { freeDisk } from './disk/free-disk.ts'
import { rememberSize, type SizeMemory } from './disk/size-memory.ts'
import type { Facts } from './facts/facts.ts'
import { findImages, type LocalImage } from './facts/images.ts'
import type { Docker } from './host/docker.ts'
import { type EngineApi, withEngineApi } from './host/engine-api.ts'
import { withFence } from './host/log-fence.ts'
import type { Runner } from './host/runner.ts'
import type { BuildInputs, BuildSecret, Inputs } from './inputs/inputs.ts'
import { dropImages, planDropping } from './load/drop-images.ts'
import { loadImage } from './load/load-image.ts'
import type { LoadContext } from './load/task.ts'
import type { LoadSource, Step } from './plan/plan.ts'
import { formatDuration } from './report/format.ts'
import type { Report } from './report/report.ts'
import type { BuildToken } from './token/build-token.ts'

/** All that the steps need to act. */
export type Workshop = {
  readonly docker: Docker
  readonly runner: Runner
  readonly token: BuildToken
  readonly inputs: Inputs
  readonly facts: Facts
  /** Where the image's size is kept for the next run; undefined where nobody would ask for it. */
  readonly memory: SizeMemory | undefined
  readonly runId: string
  readonly tempDir: string
  readonly workspace: string
  readonly childEnv: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly report: () => Report
  /** Called after each piece of work, so that a failure later does not lose it. */
  readonly update: (change: (report: Report) => Report) => void
}

/** Times a stage and enters it into the report, also when it fails. */
const timed = async <T>(shop: Workshop, name: string, body: () => Promise<T>): Promise<T> => {
  shop.signal.throwIfAborted()
  const started = performance.now()
  try {
    return await body()
  } finally {
    const durationMs = Math.round(performance.now() - started)
    shop.update((report) => ({ ...report, stages: [...report.stages, { name, durationMs }] }))
    shop.runner.line(`${name}: ${formatDuration(durationMs)}`)
  }
}

const warnBeforehand = (shop: Workshop, order: BuildInputs, ids: readonly string[]): void => {
  for (const { message, file, line } of findBuildWarnings(order, shop.workspace, ids)) {
    shop.runner.warning(message, { file: relative(shop.workspace, file), line })
  }
}

const takeToken = async (shop: Workshop): Promise<readonly BuildSecret[]> => {
  const isMinted = shop.inputs.credentials.kind === 'app'
  const { take } = shop.token
  const value = isMinted ? await timed(shop, 'Mint token', take) : await take()
  return value === undefined ? [] : [{ id: shop.inputs.secretId, value }]
}

const build = async (shop: Workshop, order: BuildInputs): Promise<BuildMetadata> => {
  const { docker, inputs, runner, tempDir, workspace } = shop
  const tokenIds = inputs.credentials.kind === 'none' ? [] : [inputs.secretId]
  warnBeforehand(shop, order, [...tokenIds, ...inputs.secrets.map(({ id }) => id)])
  const secrets = [...(await takeToken(shop)), ...inputs.secrets]
  // What a build prints cannot warn, but what we have to say about it can.
  const warnings: string[] = []
  try {
    return await timed(shop, `Build ${order.tags[0]?.given ?? order.context}`, () =>
      withFence(runner.line, (onLine) =>
        buildImage(docker, { build: order, secrets, tempDir, workspace }, onLine, (message) =>
          warnings.push(message),
        ),
      ),
    )
  } finally {
    for (const message of warnings) runner.warning(message)
  }
}

const findBuilt = ({ ask }: EngineApi, { tags }: BuildInputs): Promise<readonly LocalImage[]> =>
  findImages(ask, tags)

/** At once, because the load may be what fails on a disk that is too small. */
const remember = async ({ docker, facts, memory }: Workshop, order: BuildInputs): Promise<void> => {
  if (memory === undefined) return
  const [image] = await withEngineApi(docker, (api) => findBuilt(api, order))
  if (image !== undefined) await rememberSize(memory, image.sizeBytes, facts.lastSizeBytes)
}

const load = (shop: Workshop, source: LoadSource, step: Step & { kind: 'load' }): Promise<void> => {
  const { docker, runId, runner, signal } = shop
  const { engine } = shop.facts
  const { clusterName } = shop.inputs
  const { line, warning: warn } = runner
  return withEngineApi(docker, async (api) => {
    const images = source.kind === 'local' ? source.images : await findBuilt(api, source.build)
    const context: LoadContext = { docker, api, engine, clusterName, runId, signal, line, warn }
    for (const image of images) {
      const name = image.references.map(({ given }) => given).join(', ')
      const done = await timed(shop, `Load ${name}`, () => loadImage(context, image, step.nodes))
      shop.update((report) => ({ ...report, loads: [...report.loads, done] }))
    }
  })
}

/** Does one step of the plan. */
export const executeStep = async (shop: Workshop, step: Step): Promise<void> => {
  switch (step.kind) {
    case 'free-disk': {
      const { dataRoot } = shop.facts.engine
      const freed = await timed(shop, 'Free disk', () =>
        freeDisk(step.freeing, dataRoot, shop.childEnv, shop.runner.line),
      )
      return shop.update((report) => ({ ...report, freed }))
    }
    case 'build': {
      const metadata = await build(shop, step.build)
      shop.update((report) => ({ ...report, metadata }))
      return remember(shop, step.build)
    }
    case 'end-tokens':
      return shop.token.close()
    case 'load':
      return load(shop, step.source, step)
    case 'drop-images': {
      const names = planDropping(shop.report().loads, shop.inputs.keepImages)
      return dropImages(shop.docker, names, shop.runner.line)
    }
  }
}
