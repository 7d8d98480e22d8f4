import type { Facts } from '../facts/facts.ts'
import { checkDisks } from './check-disk.ts'
import { checkImages } from './check-images.ts'
import { checkRoom } from './check-room.ts'
import { checkStorage } from './check-storage.ts'
import type { Warning } from './workload.ts'

/** All that is to be said of the manifests before anything is built. */
export const checkManifests = (facts: Facts): readonly Warning[] => {
  const { manifests, nodeRooms, engine } = facts
  return [
    ...manifests.warnings,
    ...checkImages(manifests.workloads, facts),
    ...checkRoom(manifests.workloads, nodeRooms, engine),
    ...checkStorage(manifests, nodeRooms),
    ...checkDisks(nodeRooms),
  ]
}
