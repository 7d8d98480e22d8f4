import { runJobs } from '../build/schedule.ts'
import type { Target } from '../build/target.ts'
import { rememberSizes, toRemembered } from '../disk/size-memory.ts'
import { findImages } from '../facts/images.ts'
import { type Measured, measureImage, sumSizes } from '../facts/sizes.ts'
import { Failure } from '../failure.ts'
import { createDocker } from '../host/docker.ts'
import { withEngineApi } from '../host/engine-api.ts'
import type { MakeStep } from '../plan/plan.ts'
import type { Workshop } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { buildTarget } from './build-target.ts'
import { type Problem, toFailure, toProblems } from './failures.ts'
import { dropHandovers } from './handover.ts'
import { loadImages } from './load-images.ts'

/** What was made, by the targets' names. */
type Made = Map<string, readonly Measured[]>

const makeTarget = async (bench: Bench, target: Target, made: Made): Promise<void> => {
  const { shop, api, load } = bench
  const metadata = await buildTarget(bench, target)
  const result = { name: target.name, kind: target.source.kind, metadata }
  shop.update((report) => ({ ...report, builds: [...report.builds, result] }))
  if (!target.isWanted) return
  if (target.tags.length === 0) {
    shop.runner.line(`${target.name} has no tags: no pod could name it, so it is not loaded.`)
    return
  }
  const images = await findImages(api.ask, target.tags)
  // At once: what is loaded may be dropped from Docker.
  const measuring = Promise.all(images.map((image) => measureImage(api.ask, image)))
  made.set(target.name, await measuring.catch(() => []))
  load(target.name, async () => images)
}

/** Before the loads have ended, as it may be they that fail on a disk that is too small. */
const remember = async ({ shop, step }: Bench, made: Made): Promise<void> => {
  const { memory, facts } = shop
  const images = toRemembered(step.targets).flatMap(({ name }) => made.get(name) ?? [])
  if (memory === undefined || images.length === 0) return
  const sizes = sumSizes(images, facts.engine.hasContainerdStore)
  await rememberSizes(memory, step.targets, sizes, facts.lastSizes)
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
    const made: Made = new Map()
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
      await makeTarget(bench, target, made).catch((error: unknown) => {
        const wasAborted = signal.aborted
        endAll()
        // What was cut off by another one's failure has none of its own.
        throw wasAborted ? new Failure('Ended, as another one failed') : error
      })
    })
    await shop.token.close()
    await dropHandovers(bench)
    await remember(bench, made)
    await loading
    shop.signal.throwIfAborted()
    const problems = [...toProblems(outcomes), ...failedLoads]
    const among = step.targets.length + (given.length > 0 ? 1 : 0)
    if (problems.length > 0) throw toFailure(problems, among)
  })
