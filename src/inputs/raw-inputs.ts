/** The names of all inputs; a test holds them equal to those of `action.yml`. */
export const inputNames = [
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
  'images',
  'cluster-name',
  'nodes',
  'load-mode',
  'keep-images',
  'free-disk',
] as const

export type InputName = (typeof inputNames)[number]

/** What the runner passed, unread. */
export type RawInputs = Readonly<Partial<Record<InputName, string>>>
