import { buildImage } from './build/build-image.ts'
import type { BuildMetadata } from './build/metadata.ts'
import { freeDisk } from './disk/free-disk.ts'
import { rememberSize, type SizeMemory } from './disk/size-memory.ts'
import type { Facts } from './facts/facts.ts'
import { findImages, type LocalImage } from './facts/images.ts'
import { renderError } from './failure.ts'
import type { Docker } from './host/docker.ts'
import { withEngineApi } from './host/engine-api.ts'
import { withFence } from './host/log-fence.ts'
import type { Runner } from './host/runner.ts'
import type { BuildInputs, Inputs } from './inputs/inputs.ts'
import { dropImages, planDropping } from './load/drop-images.ts'
import { type LoadContext, loadImage } from './load/load-image.ts'
import type { LoadSource, Step, TokenSource } from './plan/plan.ts'
import { formatDuration } from './report/format.ts'
import type { Report } from './report/report.ts'
import type { Secret } from './secret.ts'

/** All that the steps need to act. */
export type Workshop = {
  readonly docker: Docker
  readonly runner: Runner
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

/** Runs `body` with the build's token; one that we minted lives only that long. */
const withToken = async <T>(
  shop: Workshop,
  source: TokenSource,
  body: (token: Secret | undefined) => Promise<T>,
): Promise<T> => {
  if (source.kind === 'none') return body(undefined)
  if (source.kind === 'given') return body(source.token)
  const { credentials } = source
  // The GitHub client is two thirds of the bundle; a step that only loads starts without it.
  const { mintToken } = await import('./token/mint.ts')
  const { revokeToken } = await import('./token/revoke.ts')
  const minted = await timed(shop, 'Mint token', () =>
    mintToken(credentials, { mask: shop.runner.mask, log: shop.runner.line, signal: shop.signal }),
  )
  try {
    return await body(minted.secret)
  } finally {
    await revokeToken(minted, shop.runner.line).catch((error: unknown) =>
      shop.runner.warning(
        `The token could not be revoked; it ends at ${minted.expiresAt}: ${renderError(error)}`,
      ),
    )
  }
}

const build = (shop: Workshop, order: BuildInputs, source: TokenSource): Promise<BuildMetadata> =>
  withToken(shop, source, (token) =>
    timed(shop, `Build ${order.tags[0]?.given ?? order.context}`, () =>
      withFence(shop.runner.line, (onLine) =>
        buildImage(
          shop.docker,
          {
            build: order,
            secret: token && { id: shop.inputs.secretId, value: token },
            tempDir: shop.tempDir,
            workspace: shop.workspace,
          },
          onLine,
        ),
      ),
    ),
  )

const findBuilt = (docker: Docker, { tags }: BuildInputs): Promise<readonly LocalImage[]> =>
  withEngineApi(docker, (ask) => findImages(ask, tags))

/** At once, because the load may be what fails on a disk that is too small. */
const remember = async ({ docker, facts, memory }: Workshop, order: BuildInputs): Promise<void> => {
  if (memory === undefined) return
  const [image] = await findBuilt(docker, order)
  if (image !== undefined) await rememberSize(memory, image.sizeBytes, facts.lastSizeBytes)
}

const load = async (shop: Workshop, source: LoadSource, step: Step & { kind: 'load' }) => {
  const { docker, runId, runner, signal } = shop
  const images = source.kind === 'local' ? source.images : await findBuilt(docker, source.build)
  const { engine } = shop.facts
  const { clusterName } = shop.inputs
  const { line, warning: warn } = runner
  const context: LoadContext = { docker, engine, clusterName, runId, signal, line, warn }
  for (const image of images) {
    const name = image.references.map(({ given }) => given).join(', ')
    const done = await timed(shop, `Load ${name}`, () => loadImage(context, image, step.nodes))
    shop.update((report) => ({ ...report, loads: [...report.loads, done] }))
  }
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
      const metadata = await build(shop, step.build, step.token)
      shop.update((report) => ({ ...report, metadata }))
      return remember(shop, step.build)
    }
    case 'load':
      return load(shop, step.source, step)
    case 'drop-images': {
      const names = planDropping(shop.report().loads, shop.inputs.keepImages)
      return dropImages(shop.docker, names, shop.runner.line)
    }
  }
}
