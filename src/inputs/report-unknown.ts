import { findNearestWord } from '../text/nearest.ts'
import type { ReportProblem } from './problems.ts'
import { inputNames } from './raw-inputs.ts'

/** Words of other actions, and what says the same here. */
const otherWords: Readonly<Record<string, string>> = {
  tag: 'tags',
  image: 'images',
  dockerfile: 'file',
  'docker-file': 'file',
  path: 'context',
  config: 'buildkitd-config',
  'config-inline': 'buildkitd-config-inline',
  cluster: 'cluster-name',
  name: 'cluster-name',
  token: 'github-token',
  'app-client-id': 'client-id',
  'app-private-key': 'private-key',
  bake: 'bake-files',
  'bake-file': 'bake-files',
  files: 'bake-files',
  set: 'bake-set',
}

/** Words of docker/setup-buildx-action for what a step's own builder does not have. */
const ofBuilders: Readonly<Record<string, string>> = {
  version:
    'Slipway uses the buildx that is there. docker/setup-buildx-action installs another one.',
  install: '`docker build` stays what it is. Leave it out.',
  use: 'The step alone uses its builder. Leave it out.',
  cleanup: 'The builder goes with the step. To keep one, make it before and name it in builder.',
  'cache-binary': 'Slipway downloads no buildx. Leave it out.',
}

const toRemedy = (name: string): string => {
  const word = name.replaceAll('_', '-')
  const known: readonly string[] = inputNames
  if (Object.hasOwn(ofBuilders, word)) return ofBuilders[word] ?? ''
  const meant = known.includes(word) ? word : (otherWords[word] ?? findNearestWord(word, known))
  if (meant !== undefined) return `Did you mean ${meant}?`
  return 'The README has a table of all inputs.'
}

/**
 * What the runner passed and no input is called: it warns, and the step would go on without what its
 * author asked for.
 *
 * @param names in lower case, as the workflow has them
 */
export const reportUnknown = (names: readonly string[], report: ReportProblem): void => {
  for (const input of names) {
    // The runner passes inputs as variables, so those of the job look the same.
    const variable = `INPUT_${input.toUpperCase()}`
    const otherwise = `If it is not in \`with\`, the job sets ${variable}: rename that.`
    report(input, `no such input. ${toRemedy(input)} ${otherwise}`)
  }
}
