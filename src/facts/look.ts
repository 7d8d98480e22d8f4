import { existsSync } from 'node:fs'
import { freeBytesAt } from '../disk/free-space.ts'
import { recallSizeBytes, type SizeMemory } from '../disk/size-memory.ts'
import type { Docker } from '../host/docker.ts'
import { withEngineApi } from '../host/engine-api.ts'
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
  memory: SizeMemory | undefined,
): Promise<Facts> => {
  const lastSizeBytes = memory && recallSizeBytes(memory)
  const buildx = inputs.build === undefined ? undefined : requireBuildx(docker)
  buildx?.catch(() => {})
  const [engine, nodes, images] = await withEngineApi(docker, async ({ ask }) => {
    const questions = [
      findEngine(ask),
      findNodes(ask, inputs.clusterName, inputs.nodes),
      findImages(ask, inputs.images),
      buildx,
    ] as const
    // Several may fail; the first in this order is the one to tell.
    await Promise.allSettled(questions)
    return [await questions[0], await questions[1], await questions[2]]
  })
  await buildx
  const isLocal = existsSync(engine.dataRoot)
  return {
    engine,
    nodes,
    images,
    freeBytes: isLocal ? await freeBytesAt(engine.dataRoot) : undefined,
    isHostedRunner,
    lastSizeBytes: await lastSizeBytes,
  }
}
