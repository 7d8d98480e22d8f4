import type { Target } from '../build/target.ts'
import { rememberSizes, toRemembered } from '../disk/size-memory.ts'
import { createDocker } from '../docker/docker.ts'
import { withEngineApi } from '../docker/engine-api.ts'
import type { LocalImage } from '../image/image.ts'
import { renderNameless } from '../image/own-names.ts'
import { type Measured, measureImage, sumSizes } from '../image/sizes.ts'
import { findBuilt, renderMoved } from '../image/sources/built.ts'
import type { MakeStep } from '../plan/plan.ts'
import { annotateOthers, type Problem, toFailure, toProblems } from '../report/failures.ts'
import { renderUnloaded, type Unloaded } from '../report/unloaded.ts'
import { createHandovers } from '../run/intermediates.ts'
import { runJobs } from '../run/scheduler.ts'
import type { Workshop } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { buildTarget } from './build-target.ts'
import { loadImages } from './load-images.ts'

/** What was made, by the targets' names. */
type Made = Map<string, readonly Measured[]>

const makeTarget = async (bench: Bench, target: Target, made: Made): Promise<void> => {
  const { shop, api, load } = bench
  const metadata = await buildTarget(bench, target)
  const { name, tags, source, handover } = target
  const enter = (imageId = metadata.imageId): void => {
    const result = { name, kind: source.kind, metadata: { ...metadata, imageId } }
    shop.update((report) => ({ ...report, builds: [...report.builds, result] }))
  }
  if (!target.isWanted || handover === undefined || tags.length === 0) {
    enter()
    if (!target.isWanted) return
    return shop.runner.line(`${name} has no tags: no pod could name it, so it is not loaded.`)
  }
  const { image, moved } = await findBuilt(api.ask, handover, tags)
  // The containerd store has another ID than buildx says: its manifest's digest, not the config's.
  enter(image.id)
  for (const tag of moved) shop.runner.warning(renderMoved(image.id, tag))
  // At once: what is loaded may be dropped from Docker.
  made.set(name, await measureImage(api.ask, image).then(toList, () => []))
  load(name, [image], true)
}

const toList = (measured: Measured): readonly Measured[] => [measured]

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
    const unloaded = new Map<LocalImage, Unloaded>()
    let loading: Promise<void> = Promise.resolve()
    const endAll = (): void => {
      if (shop.inputs.failFast) stop.abort()
    }
    const made: Made = new Map()
    const handovers = createHandovers(api, step, shop.runId)
    const bench: Bench = {
      shop,
      step,
      api,
      signal,
      docker: createDocker(shop.childEnv, signal),
      handovers,
      load: (name, images, isBuilt) => {
        for (const image of images) {
          const names = image.references.map(({ given }) => given).join(', ')
          unloaded.set(image, { names, isBuilt })
        }
        loading = loading.then(async () => {
          if (signal.aborted) return
          const onLoaded = (image: LocalImage): unknown => unloaded.delete(image)
          await loadImages(bench, images, onLoaded).catch((error: unknown) => {
            if (!signal.aborted) failedLoads.push({ name, error })
            endAll()
          })
        })
      },
    }
    const given = step.images.flatMap(({ references }) => references.map((each) => each.given))
    for (const { id, references } of step.images) {
      const text = renderNameless(id, references)
      if (text !== undefined) shop.runner.line(text)
    }
    if (given.length > 0) bench.load(given.join(', '), step.images, false)
    const isEnded = (): boolean => signal.aborted
    const build = (target: Target): Promise<void> => makeTarget(bench, target, made)
    const outcomes = await runJobs(step.targets, step.parallel, isEnded, build, endAll)
    await shop.token.close()
    await handovers.built()
    await remember(bench, made)
    await loading
    await handovers.end()
    const rest = [...unloaded.values()]
    shop.update((report) => ({ ...report, unloaded: rest }))
    for (const sentence of renderUnloaded(rest)) shop.runner.line(sentence)
    shop.signal.throwIfAborted()
    const problems = [...toProblems(outcomes), ...failedLoads]
    const among = step.targets.length + (given.length > 0 ? 1 : 0)
    annotateOthers(problems, shop.runner)
    if (problems.length > 0) throw toFailure(problems, among, outcomes, rest)
  })
