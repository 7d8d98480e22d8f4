import { analyseImage, type ImageAnalysis } from '../analysis/analyse.ts'
import { findStepLine } from '../build/dockerfile/step-line.ts'
import { readRecipe } from '../build/recipe.ts'
import { largeContextBytes } from '../build/walk-context.ts'
import { Failure, renderError } from '../failure.ts'
import type { Background } from '../image/background.ts'
import { withBlobs } from '../image/contents/blobs/read-blobs.ts'
import type { FileReader, ImageContents } from '../image/contents/entry.ts'
import { type ReadOrder, withContents } from '../image/contents/read-contents.ts'
import { toWholeBlobs } from '../image/sources/oci-layout.ts'
import { findInNode } from '../load/find-in-node.ts'
import type { StepOf } from '../plan/steps.ts'
import { findImage } from './find-image.ts'
import { toLineOrigins } from './history-origins.ts'
import type { Handler, Ports, Run } from './ports.ts'

/** A moment beside a load, where all goes well. */
const deadlineMs = { auto: 120_000, full: 900_000 } as const

type Analyse = (contents: ImageContents, files: FileReader) => Promise<ImageAnalysis>

/** Over, or ended with all else. */
const waitFor = (over: Promise<unknown>, signal: AbortSignal): Promise<unknown> => {
  const ended = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  if (signal.aborted) ended.resolve()
  return Promise.race([over, ended.promise])
}

/**
 * What another builder has written is read where it lies. The layers that it left out are in the nodes, so
 * such an image is read in one of them once it has been loaded.
 */
const analyseLayout = async (
  { loaded }: StepOf<'analyse'>,
  order: ReadOrder,
  { docker: { api, engine }, run }: Ports,
  analyse: Analyse,
): Promise<ImageAnalysis> => {
  const { image, signal } = order
  const whole = toWholeBlobs(image)
  if (whole !== undefined) {
    const late = AbortSignal.timeout(order.deadlineMs)
    return withBlobs(whole, AbortSignal.any([signal, late]), analyse)
  }
  if (loaded !== undefined) await waitFor(run.over(loaded.by), signal)
  signal.throwIfAborted()
  for (const node of loaded?.into ?? []) {
    const found = await findInNode({ api, engine }, image, node).catch(() => undefined)
    if (found !== undefined) return withContents(api, { ...order, ...found }, analyse)
  }
  throw new Failure(
    'the builder sent only the layers that nodes lacked, and Docker sees no node that has the others',
  )
}

/** Most contexts are small, and most steps start without the library of ignore files. */
const describeSent = async (
  { target, image: source }: StepOf<'analyse'>,
  { workspace, resultOf }: Run,
): Promise<Background['context']> => {
  const built = source.kind === 'built' ? resultOf('build', source.by) : undefined
  const { contextBytes = 0 } = built?.metadata ?? {}
  if (target === undefined || contextBytes < largeContextBytes) return undefined
  const { describeContext } = await import('../build/sent-context.ts')
  return describeContext(target, workspace, contextBytes).catch(() => undefined)
}

/** What its build took where, and whether layers were fetched for it. */
const toCost = (
  { target, image: source }: StepOf<'analyse'>,
  recipe: Background['recipe'],
  { resultOf }: Run,
): Pick<Background, 'lineMs' | 'isLazy'> => {
  const built = source.kind === 'built' ? resultOf('build', source.by) : undefined
  const slowest = built?.metadata.timings.slowest ?? []
  const lines = slowest.flatMap(({ name, ms }) => {
    const line = recipe && findStepLine(recipe.text, name)
    return line === undefined ? [] : [[line, ms] as const]
  })
  return { lineMs: new Map(lines), isLazy: target?.output === 'registry' }
}

/** Says what an image's bytes are for. That fails no step: the image is there and works. */
export const analyse: Handler<'analyse'> = async (step, ports) => {
  const { docker, log, run } = ports
  const { depth, nodeImage, image: source, names } = step
  const image = findImage(source, run)
  const built = source.kind === 'built' ? run.resultOf('build', source.by) : undefined
  if (image === undefined || nodeImage === undefined)
    throw new Error(`nothing made the image of ${names.join(', ')}`)
  const { api, engine } = docker
  const { id: runId, signal } = run
  const order = { engine, image, nodeImage, runId, signal, deadlineMs: deadlineMs[depth] }
  const analyseIt: Analyse = async (contents, files) => {
    const { config, layers } = contents
    const { origins: recorded, builtOf } = built ?? {}
    // The record may lack what another build of the run did at the same time.
    const origins =
      recorded?.length === layers.length
        ? recorded
        : builtOf && toLineOrigins(config, layers.length, builtOf)
    const recipe = step.target && readRecipe(step.target, run.workspace)
    const context = await describeSent(step, run)
    const background = {
      recipe,
      context,
      ...toCost(step, recipe, run),
      asksForGpu: step.asksForGpu,
    }
    return analyseImage(contents, files, origins, depth, background)
  }
  try {
    if (image.layout !== undefined) return await analyseLayout(step, order, ports, analyseIt)
    return await withContents(api, order, analyseIt)
  } catch (error) {
    if (!signal.aborted)
      log.warning(
        `image-report: cannot read the layers of ${names.join(', ')}: ${renderError(error)}. The image is built and loaded all the same; image-report: false leaves the report out.`,
      )
    return undefined
  }
}
