import { existsSync } from 'node:fs'
import { freeBytesAt } from '../disk/free-space.ts'
import { recallSizeBytes, type SizeMemory } from '../disk/size-memory.ts'
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
  memory: SizeMemory | undefined,
): Promise<Facts> => {
  const lastSizeBytes = memory && recallSizeBytes(memory)
  // All at once: `docker info` alone takes 100 ms, because it also asks every plugin of the client.
  const questions = [
    findEngine(docker),
    findNodes(docker, inputs.clusterName, inputs.nodes),
    findImages(docker, inputs.images),
    inputs.build === undefined ? undefined : requireBuildx(docker),
  ] as const
  // Without a daemon all fail, and the engine's reason is the one to tell: wait for all, then take
  // them in order.
  await Promise.allSettled(questions)
  const [engine, nodes, images] = [await questions[0], await questions[1], await questions[2]]
  await questions[3]
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
