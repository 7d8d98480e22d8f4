import type { GitHub } from './github/server.ts'
import { noteRun } from './noted-runs.ts'
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

export type SlipwayOptions = Partial<RunOptions> & {
  /** The test makes something fail that the action does not foresee. */
  readonly expectsUnforeseen?: boolean
}

/** A test that sees its image in the node would not notice that it came there by way of a fault of ours. */
const refuseUnforeseen = ({ annotations }: Run): void => {
  const asking = annotations.find(({ message }) => message.includes('Please report this'))
  if (asking !== undefined) throw new Error(`What nobody foresaw: ${asking.message}`)
}

/**
 * Runs the bundled action as the runner does; on a self-hosted one unless a test says otherwise,
 * because on a hosted one it may delete tool chains of this machine. A fall-back that was not foreseen
 * fails the test, unless it says that it expects one.
 */
export const runSlipway = async (
  inputs: Readonly<Record<string, string>>,
  { expectsUnforeseen = false, ...options }: SlipwayOptions = {},
): Promise<Run> => {
  const run = await runAction({
    actionDir: '.',
    inputs,
    baseEnv: runnerEnv(),
    runnerEnvironment: 'self-hosted',
    secrets: [inputs['private-key'] ?? ''],
    ...options,
  })
  noteRun(run)
  if (!expectsUnforeseen) refuseUnforeseen(run)
  return run
}

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
