import type { Facts } from '../facts/facts.ts'
import { checkDisks } from './check-disk.ts'
import { checkImages } from './check-images.ts'
import { checkRoom } from './check-room.ts'
import { checkStorage } from './check-storage.ts'
import type { Warning } from './workload.ts'

/**
 * All that is to be said of the manifests before anything is built. What is about room comes first:
 * it is about all pods, where the others are about one line, and GitHub shows only the first ones.
 */
export const checkManifests = (facts: Facts): readonly Warning[] => {
  const { manifests, nodeRooms, engine } = facts
  return [
    ...checkRoom(manifests.workloads, nodeRooms, engine),
    ...checkStorage(manifests, nodeRooms),
    ...checkDisks(nodeRooms),
    ...manifests.warnings,
    ...checkImages(manifests.workloads, facts),
  ]
}
