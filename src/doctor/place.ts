import type { Env } from '../host/command.ts'

/** Whose machine this is, as far as the line that mends something depends on it. */
export type Place =
  | 'hosted'
  /** A runner in a pod, such as ARC's: Docker is a sidecar, if there is one. */
  | 'pod'
  | 'self-hosted'
  | 'laptop'

export const placeWords: Readonly<Record<Place, string>> = {
  hosted: "one of GitHub's runners",
  pod: 'a runner in a pod (ARC)',
  'self-hosted': 'a self-hosted runner',
  laptop: 'no runner',
}

/** @param env what programs inherit */
export const findPlace = (env: Env, isHostedRunner: boolean): Place => {
  if (isHostedRunner) return 'hosted'
  if (!env['GITHUB_ACTIONS']) return 'laptop'
  return env['KUBERNETES_SERVICE_HOST'] ? 'pod' : 'self-hosted'
}
