import type { PodFiles } from '../../src/manifests/read-pod-files.ts'
import type { Container, Workload } from '../../src/manifests/workload.ts'

export const noAmounts = { memory: undefined, cpu: undefined, storage: undefined }

/** A container of a manifest; its line is its own unless a test says otherwise. */
export const containerOf = (change: Partial<Container> = {}): Container => ({
  name: 'main',
  role: 'main',
  image: 'other:1',
  pullPolicy: undefined,
  requests: noAmounts,
  limits: noAmounts,
  asksForGpu: false,
  line: 7,
  ...change,
})

export const noPodFiles: PodFiles = {
  volumes: [],
  mounts: [],
  fsGroupLine: undefined,
  placement: { always: [], terms: [], isTolerant: false, line: undefined },
}

/** A Deployment of one pod. */
export const workloadOf = (
  containers: readonly Partial<Container>[],
  change: Partial<Workload> = {},
): Workload => ({
  file: 'k8s/api.yaml',
  kind: 'Deployment',
  namespace: undefined,
  name: 'api',
  pods: 1,
  containers: containers.map(containerOf),
  resources: { requests: noAmounts, limits: noAmounts },
  volumes: { emptyDirs: 0, claims: 0 },
  imageVolumes: [],
  files: noPodFiles,
  pulls: { hasSecrets: false, account: 'default' },
  ...change,
})
