import type { ContainerImage } from '../image/image.ts'
import { dropImages, planDropping } from '../load/drop-images.ts'
import { findForeign } from '../load/foreign.ts'
import { loadImage } from '../load/load-image.ts'
import { findImage } from './find-image.ts'
import { holdImage } from './intermediates.ts'
import { dropLayout } from './layouts.ts'
import type { Handler } from './ports.ts'

/**
 * Loads an image into nodes. Docker's copy goes at once where the plan says so: the next image may
 * need its room.
 *
 * @throws {Failure} when it cannot be loaded in any way, or does not fit
 */
export const load: Handler<'load'> = async (step, { docker, log, run }) => {
  const image = findImage(step.image, run)
  if (image === undefined) throw new Error(`nothing made the image of ${step.names.join(', ')}`)
  const { api, engine } = docker
  // Beside the load, as it is said of those that fail as well.
  const foreign = findForeign(api.get, image, step.into).then(
    (text) => text !== undefined && log.warning(text),
    () => {},
  )
  const { image: source } = step
  const context = {
    docker: docker.command,
    api,
    engine,
    clusterName: step.cluster,
    runId: run.id,
    hold: (each: ContainerImage) => holdImage(api, run.id, each),
    exportLayers:
      source.kind === 'built' ? run.resultOf('build', source.by)?.exportLayers : undefined,
    unpacker: run.unpacker,
    tempDir: run.tempDir,
    signal: run.signal,
    line: log.line,
    warn: log.warning,
    bar: log.bar,
  }
  const done = await loadImage(context, image, step.into).finally(() => foreign)
  const isOurs = source.kind === 'pulled' || source.kind === 'unpacked'
  if (isOurs && image.layout !== undefined) dropLayout(image.layout.folder)
  if (step.keepImages !== undefined && image.layout === undefined) {
    await dropImages(docker.command, api.get, planDropping([done], step.keepImages), log.line)
  }
  return done
}
