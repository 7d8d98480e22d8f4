import { existsSync } from 'node:fs'
import { freeBytesAt } from '../disk/free-space.ts'
import type { Docker } from '../host/docker.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findEngine, requireBuildx } from './engine.ts'
import type { Facts } from './facts.ts'
import { findImages } from './images.ts'
import { findNodes } from './nodes.ts'

/**
 * Looks at all that the plan depends on, changing nothing.
 *
 * @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
 */
export const look = async (
  docker: Docker,
  inputs: Inputs,
  isHostedRunner: boolean,
): Promise<Facts> => {
  const engine = await findEngine(docker)
  const [nodes, images] = await Promise.all([
    findNodes(docker, inputs.clusterName, inputs.nodes),
    findImages(docker, inputs.images),
    inputs.build === undefined ? undefined : requireBuildx(docker),
  ])
  const isLocal = existsSync(engine.dataRoot)
  return {
    engine,
    nodes,
    images,
    freeBytes: isLocal ? await freeBytesAt(engine.dataRoot) : undefined,
    isHostedRunner,
  }
}
