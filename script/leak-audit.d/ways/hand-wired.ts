import type { Run } from '../../../__tests__/support/runner/types.ts'
import { buildLine, mintLines, runScript, type Stage, type Way } from './way.ts'

const fromEnvironment = '--secret id=github_token,env=TOKEN'

/** Two steps: one mints and hands the token on, the other gets it as its `env: TOKEN`. */
const inTwoSteps = async (stage: Stage, build: readonly string[]): Promise<readonly Run[]> => {
  const mint = await runScript(stage, [
    ...mintLines(stage),
    'echo "token=$TOKEN" >>"$GITHUB_OUTPUT"',
  ])
  const token = mint.outputs['token'] ?? ''
  return [mint, await runScript(stage, build, { env: { TOKEN: token }, secrets: [token] })]
}

/** What people write in `run:` steps. */
export const handWired: readonly Way[] = [
  {
    name: 'output',
    about: 'a step output, then --secret id=...,env=',
    run: (stage) => inTwoSteps(stage, [buildLine(stage, [fromEnvironment])]),
  },
  {
    name: 'variable',
    about: "the job's environment (GITHUB_ENV), then --secret id=...,env=",
    run: async (stage) => {
      const mint = await runScript(stage, [
        ...mintLines(stage),
        'echo "TOKEN=$TOKEN" >>"$GITHUB_ENV"',
      ])
      const secrets = Object.values(mint.envFile)
      const build = [buildLine(stage, [fromEnvironment])]
      return [mint, await runScript(stage, build, { env: mint.envFile, secrets })]
    },
  },
  {
    name: 'pipe',
    about: 'a pipe, then --secret id=...,src=/dev/stdin; for one RUN alone',
    run: async (stage) => {
      const options = ['--secret id=github_token,src=/dev/stdin']
      const build = `printf %s "$TOKEN" | ${buildLine(stage, options, 'once.Dockerfile')}`
      return [await runScript(stage, [...mintLines(stage), build])]
    },
  },
  {
    name: 'file',
    about: 'a file in RUNNER_TEMP, then --secret id=...,src=, then rm',
    run: async (stage) => {
      const options = ['--secret "id=github_token,src=$RUNNER_TEMP/token"']
      const lines = [
        ...mintLines(stage),
        'printf %s "$TOKEN" >"$RUNNER_TEMP/token"',
        buildLine(stage, options),
        'rm "$RUNNER_TEMP/token"',
      ]
      return [await runScript(stage, lines)]
    },
  },
  {
    name: 'build-arg',
    about: 'a step output, then --build-arg',
    run: (stage) => inTwoSteps(stage, [buildLine(stage, ['--build-arg TOKEN'], 'arg.Dockerfile')]),
  },
  {
    name: 'netrc',
    about: 'a step output, then a .netrc that is copied into the image and removed',
    run: (stage) => {
      const host = new URL(stage.github.serverUrl).hostname
      const line = `machine ${host} login x-access-token password $TOKEN`
      return inTwoSteps(stage, [
        `echo "${line}" >${stage.folder}/.netrc`,
        buildLine(stage, [], 'netrc.Dockerfile'),
        `rm ${stage.folder}/.netrc`,
      ])
    },
  },
]
