import { isContainer } from '../cluster/node.ts'
import { findFreeable } from '../disk/freeable.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { findReusableBytes } from '../docker/reusable.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findDockers, findFilesystems } from '../storage/filesystems.ts'
import type { GatherContext } from './context.ts'
import type { Facts } from './facts.ts'

type Found = Parameters<typeof findFilesystems>[1] & Pick<Facts, 'nodes' | 'targets' | 'lastSizes'>

/** What a load alone writes is little; it does not wait for this. */
const isNeeded = (
  { targets }: Found,
  { isDryRun }: Inputs,
  { isHostedRunner }: GatherContext,
): boolean => targets.length > 0 || isDryRun || isHostedRunner

export const findDisk = async (
  api: EngineApi,
  found: Found,
  inputs: Inputs,
  context: GatherContext,
): Promise<Pick<Facts, 'filesystems' | 'nodeImages' | 'freeable' | 'reusableBytes'>> => {
  const { nodes, lastSizes } = found
  const { tempRoot, isHostedRunner } = context
  if (!isNeeded(found, inputs, context)) {
    return { filesystems: [], nodeImages: new Map(), freeable: [], reusableBytes: 0 }
  }
  const [{ filesystems, nodeImages }, freeable] = await Promise.all([
    findFilesystems(api, found, tempRoot),
    isHostedRunner ? findFreeable() : [],
  ])
  const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY
  // Builders and nodes may need as much again; what is asked for nothing costs a moment.
  const isTight = lastSizes !== undefined && 4 * lastSizes.totalBytes > freeBytes
  const reusableBytes = isTight ? await findReusableBytes(api.get, nodes.filter(isContainer)) : 0
  return { filesystems, nodeImages, freeable, reusableBytes }
}
