import { findCommonLayers } from '../load/common-layers.ts'
import type { Handler } from './ports.ts'

/** Nodes are asked meanwhile. */
export const restoreBuilds: Handler<'restore-builds'> = async ({ targets, nodes }, ports) => {
  const { docker, run } = ports
  const asking = findCommonLayers(docker.api, nodes)
  await run.buildCaches?.restore(targets, asking, (...layer) =>
    run.unpacker?.begin(...layer, nodes, 'proven'),
  )
  return nodes.length > 0 ? asking : undefined
}
