import { existsSync } from 'node:fs'
import { printTargets } from '../build/definition.ts'
import { type Target, toOwnTarget, toTargets } from '../build/target.ts'
import { freeBytesAt } from '../disk/free-space.ts'
import { recallSizeBytes, type SizeMemory } from '../disk/size-memory.ts'
import type { Docker } from '../host/docker.ts'
import { withEngineApi } from '../host/engine-api.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findEngine, requireBuildx } from './engine.ts'
import type { Facts } from './facts.ts'
import { findImages } from './images.ts'
import { findNodes } from './nodes.ts'

const findTargets = async (
  docker: Docker,
  { build, bake }: Inputs,
  workspace: string,
): Promise<readonly Target[]> => {
  if (build !== undefined || bake !== undefined) await requireBuildx(docker)
  if (bake !== undefined) return toTargets(await printTargets(docker, bake, workspace))
  return build === undefined ? [] : [toOwnTarget(build)]
}

/**
 * Looks at all that the plan depends on, changing nothing.
 *
 * @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
 */
export const look = async (
  docker: Docker,
  inputs: Inputs,
  workspace: string,
  isHostedRunner: boolean,
  memory: SizeMemory | undefined,
): Promise<Facts> => {
  const lastSizeBytes = memory && recallSizeBytes(memory)
  const finding = findTargets(docker, inputs, workspace)
  finding.catch(() => {})
  const [engine, nodes, images] = await withEngineApi(docker, async ({ ask }) => {
    const questions = [
      findEngine(ask),
      findNodes(ask, inputs.clusterName, inputs.nodes),
      findImages(ask, inputs.images),
      finding,
    ] as const
    // Several may fail; the first in this order is the one to tell.
    await Promise.allSettled(questions)
    return [await questions[0], await questions[1], await questions[2]]
  })
  const targets = await finding
  const isLocal = existsSync(engine.dataRoot)
  return {
    engine,
    nodes,
    targets,
    images,
    freeBytes: isLocal ? await freeBytesAt(engine.dataRoot) : undefined,
    isHostedRunner,
    lastSizeBytes: await lastSizeBytes,
  }
}
