import type { NodeCapacity } from '../cluster/capacity.ts'
import type { Engine } from '../docker/info.ts'
import type { Warning } from '../host/log.ts'
import { checkCapacity } from './check-capacity.ts'
import { checkDisks } from './check-disk.ts'
import { checkFiles } from './check-files.ts'
import { checkImages, type Loaded } from './check-images.ts'
import { checkStorage } from './check-storage.ts'
import { type NodePaths, noPaths } from './given-files.ts'
import type { Manifests } from './workload.ts'

/**
 * All that is to be said of the manifests before anything is built. What is about room comes first:
 * it is about all pods, where the others are about one line, and GitHub shows only the first ones.
 */
export const checkManifests = (
  manifests: Manifests,
  nodeCapacities: readonly NodeCapacity[],
  engine: Engine,
  loaded: Loaded,
  paths: NodePaths = noPaths,
): readonly Warning[] => [
  ...checkCapacity(manifests.workloads, nodeCapacities, engine),
  ...checkStorage(manifests, nodeCapacities),
  ...checkDisks(nodeCapacities),
  ...manifests.warnings,
  ...checkImages(manifests.workloads, loaded, {
    accounts: manifests.accounts,
    minors: nodeCapacities.map(({ kubernetesMinor }) => kubernetesMinor),
  }),
  ...checkFiles(manifests, nodeCapacities, paths),
]
