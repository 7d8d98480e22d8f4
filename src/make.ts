import { relative } from 'node:path'
import { buildImage } from './build/build-image.ts'
import type { BuildMetadata } from './build/metadata.ts'
import { type Outcome, runJobs } from './build/schedule.ts'
import type { Target } from './build/target.ts'
import { findBuildWarnings } from './build/warnings.ts'
import { rememberSize } from './disk/size-memory.ts'
import { findImages, type LocalImage } from './facts/images.ts'
import { Failure, renderError } from './failure.ts'
import { createDocker, type Docker } from './host/docker.ts'
import { type EngineApi, withEngineApi } from './host/engine-api.ts'
import type { BuildSecret } from './inputs/inputs.ts'
import { loadImage } from './load/load-image.ts'
import type { LoadContext } from './load/task.ts'
import type { MakeStep } from './plan/plan.ts'
import { timed, type Workshop } from './workshop.ts'

/** Builds and loads that run at the same time, and end together where the first failure ends all. */
type Bench = {
  readonly shop: Workshop
  readonly step: MakeStep
  readonly api: EngineApi
  /** Ends with the step, or with the first failure. */
  readonly signal: AbortSignal
  readonly docker: Docker
  /** Loads, one after another: each has all nodes at work already. */
  readonly load: (name: string, find: () => Promise<readonly LocalImage[]>) => void
}

const warnBeforehand = ({ shop }: Bench, { source }: Target, ids: readonly string[]): void => {
  const { workspace, runner } = shop
  for (const { message, file, line } of findBuildWarnings(source, workspace, ids)) {
    runner.warning(message, { file: relative(workspace, file), line })
  }
}

const takeSecrets = async ({ shop }: Bench): Promise<readonly BuildSecret[]> => {
  const { inputs, token } = shop
  const isMinted = inputs.credentials.kind === 'app' && !token.isTaken()
  const value = isMinted ? await timed(shop, 'Mint token', token.take) : await token.take()
  return [...(value === undefined ? [] : [{ id: inputs.secretId, value }]), ...inputs.secrets]
}

const build = async (bench: Bench, target: Target): Promise<BuildMetadata> => {
  const { shop, step, docker } = bench
  const { inputs, runner, tempDir, workspace } = shop
  const tokenIds = inputs.credentials.kind === 'none' ? [] : [inputs.secretId]
  warnBeforehand(bench, target, [...tokenIds, ...inputs.secrets.map(({ id }) => id)])
  const secrets = await takeSecrets(bench)
  const order = { target, secrets, tempDir, workspace }
  // Several builds print at the same time.
  const prefix = step.targets.length > 1 ? `${target.name} | ` : ''
  return timed(shop, `Build ${target.name}`, () =>
    runner.fenced((onLine) =>
      buildImage(docker, order, (line) => onLine(prefix + line), runner.warning),
    ),
  )
}

/** At once, because the load may be what fails on a disk that is too small. */
const remember = async ({ shop }: Bench, images: readonly LocalImage[]): Promise<void> => {
  const { memory, facts } = shop
  const [image] = images
  if (memory === undefined || image === undefined) return
  await rememberSize(memory, image.sizeBytes, facts.lastSizeBytes)
}

const makeTarget = async (bench: Bench, target: Target): Promise<void> => {
  const { shop, api, load } = bench
  const metadata = await build(bench, target)
  const result = { name: target.name, kind: target.source.kind, metadata }
  shop.update((report) => ({ ...report, builds: [...report.builds, result] }))
  if (!target.isWanted) return
  if (target.tags.length === 0) {
    shop.runner.line(`${target.name} has no tags: no pod could name it, so it is not loaded.`)
    return
  }
  const images = await findImages(api.ask, target.tags)
  await remember(bench, images)
  load(target.name, async () => images)
}

const loadImages = async (bench: Bench, images: readonly LocalImage[]): Promise<void> => {
  const { shop, step, api, docker, signal } = bench
  const { runner, runId, facts, inputs } = shop
  const { line, warning: warn } = runner
  const { clusterName } = inputs
  const context: LoadContext = {
    docker,
    api,
    engine: facts.engine,
    clusterName,
    runId,
    signal,
    line,
    warn,
  }
  for (const image of images) {
    signal.throwIfAborted()
    const name = image.references.map(({ given }) => given).join(', ')
    const done = await timed(shop, `Load ${name}`, () => loadImage(context, image, step.nodes))
    shop.update((report) => ({ ...report, loads: [...report.loads, done] }))
  }
}

type Problem = { readonly name: string; readonly error: unknown }

const toProblems = (outcomes: readonly Outcome[]): readonly Problem[] =>
  outcomes.flatMap(({ name, state, error, because }) => {
    if (state === 'failed') return [{ name, error }]
    if (state !== 'skipped' || because === undefined) return []
    return [{ name, error: new Failure(`Not built, as ${because} was not`) }]
  })

/** One error for all that went wrong; the only one is told as it is. */
const toFailure = (problems: readonly Problem[], among: number): unknown => {
  const [first] = problems
  if (among === 1 || first === undefined) return first?.error
  const lines = problems.map(({ name, error }) => `- ${name}: ${renderError(error)}`)
  return new Failure(`${problems.length} of ${among} images failed.\n${lines.join('\n')}`)
}

/**
 * Builds targets side by side, each after those that it builds upon, and loads every image as soon
 * as it is there, while others are still being built.
 *
 * @throws {Failure} with all that went wrong; what was loaded stays loaded
 */
export const make = (shop: Workshop, step: MakeStep): Promise<void> =>
  withEngineApi(shop.docker, async (api) => {
    const stop = new AbortController()
    const signal = AbortSignal.any([shop.signal, stop.signal])
    const failedLoads: Problem[] = []
    let loading: Promise<void> = Promise.resolve()
    const endAll = (): void => {
      if (shop.inputs.failFast) stop.abort()
    }
    const bench: Bench = {
      shop,
      step,
      api,
      signal,
      docker: createDocker(shop.childEnv, signal),
      load: (name, find) => {
        loading = loading.then(async () => {
          if (signal.aborted) return
          await find()
            .then((images) => loadImages(bench, images))
            .catch((error: unknown) => {
              if (!signal.aborted) failedLoads.push({ name, error })
              endAll()
            })
        })
      },
    }
    const given = step.images.flatMap(({ references }) => references.map((each) => each.given))
    if (given.length > 0) bench.load(given.join(', '), async () => step.images)
    const isEnded = (): boolean => signal.aborted
    const outcomes = await runJobs(step.targets, step.parallel, isEnded, async (target) => {
      await makeTarget(bench, target).catch((error: unknown) => {
        const wasAborted = signal.aborted
        endAll()
        // What was cut off by another one's failure has none of its own.
        throw wasAborted ? new Failure('Ended, as another one failed') : error
      })
    })
    await shop.token.close()
    await loading
    shop.signal.throwIfAborted()
    const problems = [...toProblems(outcomes), ...failedLoads]
    const among = step.targets.length + (given.length > 0 ? 1 : 0)
    if (problems.length > 0) throw toFailure(problems, among)
  })
