import type { LocalImage } from '../image/image.ts'
import { dropImages, planDropping } from '../load/drop-images.ts'
import { findForeign } from '../load/foreign.ts'
import { loadImage } from '../load/load-image.ts'
import type { LoadContext } from '../load/task.ts'
import { timed } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { withRoom } from './with-room.ts'

const toContext = ({ shop, api, docker, handovers, signal }: Bench): LoadContext => {
  const { runner, runId, facts, inputs, tempDir } = shop
  const { line, warning: warn } = runner
  const { engine } = facts
  return {
    docker,
    api,
    engine,
    clusterName: inputs.clusterName,
    runId,
    hold: handovers.hold,
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
export const loadImages = async (
  bench: Bench,
  images: readonly LocalImage[],
  onLoaded: (image: LocalImage) => void,
): Promise<void> => {
  const { shop, step, api, docker, handovers, signal } = bench
  const context = toContext(bench)
  // The first is loaded at once. The others may lose their names meanwhile, and with them their place
  // in the containerd store; the other store keeps them.
  const isAtRisk = shop.facts.engine.hasContainerdStore
  const holding = images.map((image, index) =>
    isAtRisk && index > 0 ? handovers.hold(image) : Promise.resolve(image),
  )
  for (const each of holding) each.catch(() => {})
  for (const [index, given] of images.entries()) {
    signal.throwIfAborted()
    const image = (await holding[index]) ?? given
    const name = image.references.map(({ given }) => given).join(', ')
    // Beside the load, as it is said of those that fail as well.
    const foreign = findForeign(api.ask, image, step.nodes).then(
      (text) => text !== undefined && shop.runner.warning(text),
      () => {},
    )
    const load = () => withRoom(bench, () => loadImage(context, image, step.nodes))
    const done = await timed(shop, `Load ${name}`, load, signal).finally(() => foreign)
    shop.update((report) => ({ ...report, loads: [...report.loads, done] }))
    onLoaded(given)
    if (step.dropsCopies) {
      const names = planDropping([done], shop.inputs.keepImages)
      await dropImages(docker, api.ask, names, shop.runner.line)
    }
    await handovers.loaded(done.image)
  }
}
