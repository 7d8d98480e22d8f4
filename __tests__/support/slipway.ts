import type { GitHub } from './github/server.ts'
import { runAction } from './runner/run-action.ts'
import type { Run, RunOptions } from './runner/types.ts'
import { baseImage } from './testbed.ts'

/** What `script/testbed env` gives a shell, a runner's service would have, too. */
const runnerEnv = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/**
 * Runs the bundled action as the runner does; on a self-hosted one unless a test says otherwise,
 * because on a hosted one it may delete tool chains of this machine.
 */
export const runSlipway = (
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<Run> =>
  runAction({
    actionDir: '.',
    inputs,
    baseEnv: runnerEnv(),
    runnerEnvironment: 'self-hosted',
    secrets: [inputs['private-key'] ?? ''],
    ...options,
  })

/** The inputs that make an App of the double the build's App. */
export const credentialsOf = (github: GitHub): Record<string, string> => ({
  'client-id': github.app.clientId,
  'private-key': github.app.privateKeyPem,
  owner: 'acme',
  repositories: 'private-one, private-two',
  'github-api-url': github.apiUrl,
})

/** The inputs that build the example with two private dependencies. */
export const exampleBuild = (
  github: GitHub,
  tag: string,
  weight: { readonly mb: number; readonly files: number } = { mb: 1, files: 10 },
): Record<string, string> => ({
  context: `${process.cwd()}/examples/private-dependencies`,
  tags: tag,
  network: 'host',
  'no-cache': 'true',
  'build-args': [
    `BASE=${baseImage()}`,
    `GIT_SERVER=${github.serverUrl}`,
    `WEIGHT_MB=${weight.mb}`,
    `WEIGHT_FILES=${weight.files}`,
  ].join('\n'),
})

/** The example with six images and a shared base: inputs, and the folder that it is built from. */
export const platformBuilds = (
  github: GitHub,
  { tag, baseMb }: { readonly tag: string; readonly baseMb: number },
) => ({
  inputs: {
    'secret-format': 'gitconfig',
    'bake-files': 'docker-bake.hcl',
    // The double of GitHub is on this machine.
    allow: 'network.host',
  },
  // Bake takes the values of its variables from the environment.
  env: {
    TAG: tag,
    BASE: baseImage(),
    BASE_ML_MB: String(baseMb),
    GIT_SERVER: github.serverUrl,
    NETWORK: 'host',
  },
  github: { workspace: `${process.cwd()}/examples/ml-platform` },
})
