import { createHash } from 'node:crypto'
import { findContainers } from '../cluster/providers/find-cluster.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { takeLock } from '../docker/lock.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import { runLabel, toKeptBuilderName, toLockName } from '../ownership.ts'

/** So many steps at once have a state that is kept; more begin with an empty one. */
const mostSlots = 4

/** A builder whose state the runs before have left, and that no other step has now. */
export type KeptBuilder = { readonly name: string; readonly release: () => Promise<void> }

type Place = {
  readonly runId: string
  readonly repository: string | undefined
  readonly clusterName: string
}

/** Builders that are made in the same way for the same repository have one state. */
const toIdentity = ({ options, flags }: BuilderRequest, { repository = '' }: Place): string =>
  createHash('sha256')
    .update(JSON.stringify([repository, options, flags ?? '']))
    .digest('hex')
    .slice(0, 16)

/**
 * Claims a state that is kept from run to run.
 *
 * @returns why it cannot, where all are in use, or there is no node whose image could hold the claim
 */
export const claimState = async (
  api: EngineApi,
  request: BuilderRequest,
  place: Place,
): Promise<KeptBuilder | string> => {
  const { nodes } = await findContainers(api, place).catch(() => ({ nodes: [] }))
  const [node] = nodes
  if (node === undefined)
    return `the cluster ${place.clusterName} has no running node yet, whose image could claim what is kept`
  const identity = toIdentity(request, place)
  for (let slot = 0; slot < mostSlots; slot += 1) {
    const name = toKeptBuilderName(identity, slot)
    const labels = { [runLabel]: place.runId }
    const release = await takeLock(api, toLockName(name), node.imageId, labels)
    if (release !== undefined) return { name, release }
  }
  return 'other steps use all that is kept'
}
