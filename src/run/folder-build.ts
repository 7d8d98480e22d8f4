import { type BuildOrder, buildImage } from '../build/build-image.ts'
import { prepareLayout } from '../build/layout-output.ts'
import { isPush } from '../build/outputs.ts'
import type { RegistryNames } from '../build/registry-output.ts'
import { toCached, toUncached, withoutFurther } from '../build/target.ts'
import type { Node } from '../cluster/node.ts'
import type { ContainerImage } from '../image/image.ts'
import { readLayout } from '../image/sources/oci-layout.ts'
import { findCommonLayers } from '../load/common-layers.ts'
import { beginUnpacking } from '../load/from-layout.ts'
import type { ExportLayers } from '../load/task.ts'
import { restoringBuilds } from '../plan/build-cache.ts'
import { watchLayers } from './early-layers.ts'
import { createExportLayers } from './layouts.ts'
import type { Ports } from './ports.ts'
import { bringKept, buildThroughRegistry, exportThroughRegistry } from './registry-build.ts'

type BuiltByBuildx = Awaited<ReturnType<typeof buildImage>>

/** @param prepare what is done before each try */
export type TryBuild = (order: BuildOrder, prepare?: () => void) => Promise<BuiltByBuildx>

/** An image in a folder, which nodes get from there. */
type InFolder = { readonly image: ContainerImage; readonly exportLayers: ExportLayers }

/** The order for layers that were built before: nothing is pushed elsewhere, no cache written, no secret needed. */
const toExportOrder = (order: BuildOrder): BuildOrder => ({
  ...order,
  target: withoutFurther(toUncached(toCached(order.target))),
  secrets: [],
})

/**
 * Has a builder put an image into a folder, but for the layers that all nodes have: it writes there itself, or
 * it pushes to a registry of the step's own.
 */
export const buildIntoFolder = async (
  order: BuildOrder,
  nodes: readonly Node[],
  ports: Pick<Ports, 'docker' | 'log' | 'run'>,
  tryBuild: TryBuild,
): Promise<{ readonly built: BuiltByBuildx; readonly inFolder: InFolder }> => {
  const { target, layout: folder } = order
  const { name, tags, further, output } = target
  const { docker, log, run } = ports
  const asked = run.resultOf('restore-builds', restoringBuilds)
  const common = asked ?? (await findCommonLayers(docker.api, nodes))
  const read = ({ digest }: BuiltByBuildx): ContainerImage => {
    const reported = { digest, isPushed: further.some(isPush) }
    return readLayout(folder, tags, further.length > 0 ? reported : undefined)
  }
  if (output === 'oci-layout') {
    const watch = watchLayers(folder, (...layer) => run.unpacker?.begin(...layer, nodes))
    // Another try must not find the manifests of the last one.
    const prepare = (): void => prepareLayout(folder, common.diffIds)
    const built = await tryBuild(order, prepare).finally(watch.end)
    const exportLayers = createExportLayers(toExportOrder(order), ports)
    return { built, inFolder: { image: read(built), exportLayers } }
  }
  const { buildCaches: kept } = run
  const beganMs = performance.now()
  if (asked === undefined)
    kept?.follow(target, common, (...layer) => run.unpacker?.begin(...layer, nodes, 'proven'))
  const cache = kept?.documentsOf(target)
  const place = { name, folder, common, kept, signal: run.signal, line: log.line }
  const keepsStages = kept !== undefined
  const { built, image, ...made } = await buildThroughRegistry(
    {
      ...place,
      cache,
      build: (names) => tryBuild({ ...order, registry: { ...names, keepsStages } }),
    },
    read,
  )
  const told = { ...built, ms: performance.now() - beganMs }
  beginUnpacking(run.unpacker, image, nodes)
  if (made.cache !== undefined) await kept?.keep(target, made.cache, image, folder, told)
  const again = (names: RegistryNames) => {
    const whole = { ...toExportOrder(order), registry: { ...names, keepsStages } }
    return buildImage(docker.command, whole, () => {}, log.warning)
  }
  const exportLayers: ExportLayers = async (wanted) => {
    const lacking = await bringKept(wanted, folder, kept)
    if (lacking.length > 0)
      await exportThroughRegistry({ ...place, cache: undefined, build: again }, lacking)
  }
  return { built, inFolder: { image, exportLayers } }
}
