/** What a single build is told, by the step or by an entry of `builds`. */
const ofBuild = {
  ssh: undefined,
  context: undefined,
  file: undefined,
  target: undefined,
  tags: undefined,
  'build-args': undefined,
  labels: undefined,
  'build-contexts': undefined,
  network: undefined,
  'no-cache': 'false',
  pull: 'false',
  // The rest of build-push-action's.
  'add-hosts': undefined,
  annotations: undefined,
  attests: undefined,
  provenance: undefined,
  sbom: undefined,
  'cache-from': undefined,
  'cache-to': undefined,
  'cgroup-parent': undefined,
  'no-cache-filters': undefined,
  outputs: undefined,
  platforms: undefined,
  push: 'false',
  'shm-size': undefined,
  ulimit: undefined,
  call: undefined,
} as const

export const defaultPermissions = 'contents: read'

/**
 * All inputs, and what the runner passes where the step says nothing; a test holds both equal to
 * `action.yml`.
 */
export const defaults = {
  mode: 'run',
  'client-id': undefined,
  'app-id': undefined,
  'private-key': undefined,
  owner: undefined,
  repositories: undefined,
  permissions: defaultPermissions,
  'github-token': undefined,
  'github-api-url': undefined,
  'allow-untrusted-trigger': 'false',
  'secret-format': 'token',
  'secret-id': undefined,
  secrets: undefined,
  'secret-envs': undefined,
  'secret-files': undefined,
  ...ofBuild,
  'bake-files': undefined,
  targets: undefined,
  'bake-set': undefined,
  builds: undefined,
  allow: undefined,
  cache: 'none',
  'cache-ref': undefined,
  'cache-required': 'false',
  'build-cache': 'false',
  'build-cache-limit': '5GB',
  load: 'false',
  driver: undefined,
  'driver-opts': undefined,
  endpoint: undefined,
  'buildkitd-flags': undefined,
  'buildkitd-config': undefined,
  'buildkitd-config-inline': undefined,
  'builder-platforms': undefined,
  append: undefined,
  'keep-state': 'false',
  builder: undefined,
  parallel: undefined,
  retries: '1',
  'fail-fast': 'true',
  'dry-run': 'false',
  images: undefined,
  'image-archives': undefined,
  'pull-images': 'missing',
  'registry-mirrors': undefined,
  'image-cache': 'false',
  'image-cache-limit': '4GB',
  'cluster-name': 'kind',
  cluster: 'auto',
  'create-cluster': 'false',
  'kind-config': undefined,
  'node-image': undefined,
  wait: undefined,
  kubeconfig: undefined,
  'keep-cluster': 'false',
  nodes: undefined,
  'load-mode': 'auto',
  'keep-images': 'auto',
  'free-disk': 'auto',
  'free-disk-keep': undefined,
  'prune-cache': 'auto',
  'node-files': undefined,
  'node-files-prune': 'false',
  'node-files-verify': 'false',
  'node-files-images': 'false',
  'node-files-cache': 'false',
  'node-files-cache-limit': '5GB',
  manifests: undefined,
  'images-from': undefined,
  'images-from-exclude': undefined,
  'image-report': 'false',
  prove: undefined,
  'prove-timeout': '10m',
  'image-size-limit': undefined,
  'image-growth-limit': undefined,
  'image-limit-action': 'error',
  comment: 'false',
  'comment-token': undefined,
} as const

export type InputName = keyof typeof defaults

/** What action.yml fills in from the run: nobody said it. */
export const givenByRunner: readonly InputName[] = ['github-api-url', 'comment-token']

export const inputNames = Object.keys(defaults) as readonly InputName[]

export const buildWords = Object.keys(ofBuild) as readonly (keyof typeof ofBuild)[]

/** What the runner passed, unread. */
export type RawInputs = Readonly<Partial<Record<InputName, string>>>
