import { analyseImage } from '../analysis/analyse.ts'
import { renderError } from '../failure.ts'
import { withContents } from '../image/contents/read-contents.ts'
import { findImage } from './find-image.ts'
import type { Handler } from './ports.ts'

/** A moment beside a load, where all goes well. */
const deadlineMs = { auto: 120_000, full: 900_000 } as const

/** Says what an image's bytes are for. That fails no step: the image is there and works. */
export const analyse: Handler<'analyse'> = async (step, { docker, log, run }) => {
  const { depth, nodeImage, image: source, names } = step
  const image = findImage(source, run)
  const origins = source.kind === 'built' ? run.resultOf('build', source.by)?.origins : undefined
  if (image === undefined || nodeImage === undefined)
    throw new Error(`nothing made the image of ${names.join(', ')}`)
  const { api, engine } = docker
  const { id: runId, signal } = run
  const order = { engine, image, nodeImage, runId, signal, deadlineMs: deadlineMs[depth] }
  try {
    return await withContents(api, order, (contents, files) =>
      analyseImage(contents, files, origins, depth),
    )
  } catch (error) {
    if (!signal.aborted)
      log.warning(
        `image-report: cannot read the layers of ${names.join(', ')}: ${renderError(error)}. The image is built and loaded all the same; image-report: false leaves the report out.`,
      )
    return undefined
  }
}
