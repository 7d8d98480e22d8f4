import { isContainer } from '../cluster/node.ts'
import { findFreeable } from '../disk/freeable.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { findReusableBytes } from '../docker/reusable.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findDockers, findFilesystems } from '../storage/filesystems.ts'
import type { GatherContext } from './context.ts'
import type { Facts } from './facts.ts'

type Looked = Pick<Facts, 'filesystems' | 'nodeImages' | 'freeable'>

/** What a load alone writes is little; it does not wait for this. */
const isNeeded = ({ bake, isDryRun }: Inputs, { isHostedRunner }: GatherContext): boolean =>
  bake !== undefined || isDryRun || isHostedRunner

/** Looks at filesystems and nodes, for which nobody need know what is built. */
export const lookAtDisk = async (
  api: EngineApi,
  found: Parameters<typeof findFilesystems>[1],
  inputs: Inputs,
  context: GatherContext,
): Promise<Looked> => {
  const { tempRoot, isHostedRunner } = context
  if (!isNeeded(inputs, context)) return { filesystems: [], nodeImages: new Map(), freeable: [] }
  const [looked, freeable] = await Promise.all([
    findFilesystems(api, found, tempRoot),
    isHostedRunner ? findFreeable() : [],
  ])
  return { ...looked, freeable }
}

/** How much builds may reuse, where that matters. */
export const findReusable = (
  { get }: EngineApi,
  { filesystems }: Looked,
  { nodes, lastSizes }: Pick<Facts, 'nodes' | 'lastSizes'>,
): Promise<number> => {
  const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY
  // Builders and nodes may need as much again; what is asked for nothing costs a moment.
  const isTight = lastSizes !== undefined && 4 * lastSizes.totalBytes > freeBytes
  return isTight ? findReusableBytes(get, nodes.filter(isContainer)) : Promise.resolve(0)
}
