import type { ContainerNode } from '../../src/cluster/node.ts'
import type { Freeable } from '../../src/disk/freeable.ts'
import type { Facts } from '../../src/facts/facts.ts'
import { noFiles } from '../../src/facts/find-files.ts'
import { joinManifests } from '../../src/manifests/workload.ts'
import { catalog } from '../../src/storage/catalog.ts'
import type { Filesystem } from '../../src/storage/filesystems.ts'

/** One filesystem for all, as on GitHub's machines. */
export const disk: Filesystem = {
  device: '1',
  path: '/var/lib/docker',
  uses: [{ kind: 'docker' }, { kind: 'temp' }],
  totalBytes: 145e9,
  freeBytes: 80e9,
  totalInodes: 18_000_000,
  freeInodes: 16_000_000,
}

/** All of the catalog. */
export const toolChains: readonly Freeable[] = catalog.flatMap(({ name, paths, typicalBytes }) =>
  paths.map((path) => ({ name, path, typicalBytes: typicalBytes / paths.length, device: '1' })),
)

/** What is found on a hosted runner before anything is asked for. */
export const foundFacts: Facts = {
  engine: {
    version: '28.5.2',
    driver: 'overlay2',
    driverStatus: {},
    dataRoot: '/var/lib/docker',
    cores: 4,
    memoryBytes: 16e9,
    securityOptions: [],
    operatingSystem: 'Debian',
    cgroupVersion: '2',
    containerd: undefined,
    hasContainerdStore: false,
  },
  nodes: [],
  leftOut: [],
  cacheLines: [],
  cacheMounts: { mounts: [], users: [] },
  targets: [],
  isLocalDaemon: true,
  builder: { driver: 'docker', isLocal: true },
  images: [],
  archived: [],
  pulls: [],
  filesystems: [disk],
  nodeImages: new Map(),
  isHostedRunner: true,
  freeable: toolChains,
  keptFor: undefined,
  lastSizes: undefined,
  lastTimes: undefined,
  filesCache: undefined,
  nodeFiles: noFiles,
  lastImages: { ofDefaultBranch: undefined, ofBranch: undefined },
  reusableBytes: 0,
  restores: new Map(),
  manifests: joinManifests([]),
  namedImages: [],
  nodeCapacities: [],
}

export const nodeNamed = (name: string): ContainerNode => ({
  name,
  role: 'worker',
  containerId: name,
  imageId: 'sha256:node',
  pid: 1,
  mounts: [{ destination: '/var', source: '/var/lib/docker/volumes/v/_data' }],
  provider: 'kind',
  userland: 'gnu',
  containerd: { namespace: 'k8s.io', root: '/var/lib/containerd', snapshotter: 'overlayfs' },
})

export const withFree = (freeBytes: number): Pick<Facts, 'filesystems'> => ({
  filesystems: [{ ...disk, freeBytes }],
})
