import type { LocalImage } from '../facts/images.ts'
import { dropImages, planDropping } from '../load/drop-images.ts'
import { loadImage } from '../load/load-image.ts'
import type { LoadContext } from '../load/task.ts'
import { timed } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { withRoom } from './with-room.ts'

const toContext = ({ shop, api, docker, signal }: Bench): LoadContext => {
  const { runner, runId, facts, inputs, tempDir } = shop
  const { line, warning: warn } = runner
  const { engine } = facts
  return {
    docker,
    api,
    engine,
    clusterName: inputs.clusterName,
    runId,
    tempDir,
    signal,
    line,
    warn,
  }
}

/**
 * Loads images into all nodes. Docker's copy goes at once where the plan says so: the next image may
 * need its room.
 *
 * @throws {Failure} when one cannot be loaded in any way, or does not fit
 */
export const loadImages = async (bench: Bench, images: readonly LocalImage[]): Promise<void> => {
  const { shop, step, docker, signal } = bench
  const context = toContext(bench)
  for (const image of images) {
    signal.throwIfAborted()
    const name = image.references.map(({ given }) => given).join(', ')
    const done = await timed(shop, `Load ${name}`, () =>
      withRoom(bench, () => loadImage(context, image, step.nodes)),
    )
    shop.update((report) => ({ ...report, loads: [...report.loads, done] }))
    if (!step.dropsCopies) continue
    await dropImages(docker, planDropping([done], shop.inputs.keepImages), shop.runner.line)
  }
}
