/** What a single build is told, by the step or by an entry of `builds`. */
export const buildWords = [
  'ssh',
  'context',
  'file',
  'target',
  'tags',
  'build-args',
  'labels',
  'build-contexts',
  'network',
  'no-cache',
  'pull',
] as const

/** The names of all inputs; a test holds them equal to those of `action.yml`. */
export const inputNames = [
  'mode',
  'client-id',
  'app-id',
  'private-key',
  'owner',
  'repositories',
  'permissions',
  'github-token',
  'github-api-url',
  'allow-untrusted-trigger',
  'secret-format',
  'secret-id',
  'secrets',
  'secret-envs',
  'secret-files',
  ...buildWords,
  'bake-files',
  'targets',
  'bake-set',
  'builds',
  'allow',
  'parallel',
  'fail-fast',
  'dry-run',
  'images',
  'cluster-name',
  'nodes',
  'load-mode',
  'keep-images',
  'free-disk',
  'free-disk-keep',
  'prune-cache',
  'manifests',
] as const

export const defaultPermissions = 'contents: read'

/** What the runner passes where the step says nothing, as in `action.yml`. */
export const defaults: Readonly<Partial<Record<InputName, string>>> = {
  mode: 'run',
  permissions: defaultPermissions,
  'allow-untrusted-trigger': 'false',
  'secret-format': 'token',
  'no-cache': 'false',
  pull: 'false',
  'fail-fast': 'true',
  'dry-run': 'false',
  'cluster-name': 'kind',
  'load-mode': 'auto',
  'keep-images': 'auto',
  'free-disk': 'auto',
  'prune-cache': 'auto',
}

export type InputName = (typeof inputNames)[number]

/** What the runner passed, unread. */
export type RawInputs = Readonly<Partial<Record<InputName, string>>>
