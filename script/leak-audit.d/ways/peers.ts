import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runAction } from '../../../__tests__/support/runner/run-action.ts'
import type { Run } from '../../../__tests__/support/runner/types.ts'
import { buildArgsOf, type Stage, tellOfMain, type Way } from './way.ts'

/** The two actions, as check-outs of these names in one folder. */
const names = ['create-github-app-token', 'build-push-action'] as const

/** Says what is missing in a folder that should hold the peers; undefined when nothing is. */
export const missingPeer = (folder: string): string | undefined =>
  names.find((name) => !existsSync(join(folder, name, 'action.yml')))

/**
 * Runs the peer that mints around the one that builds: its post step, which revokes, comes last, so
 * it is held at its start until the build's own post step has ended.
 */
const mintAround = async (
  stage: Stage,
  folder: string,
  build: (token: string) => Promise<Run>,
): Promise<readonly Run[]> => {
  const { apiUrl, app } = stage.github
  const post = Promise.withResolvers<number>()
  const minting = runAction({
    actionDir: join(folder, names[0]),
    inputs: {
      'client-id': app.clientId,
      'private-key': app.privateKeyPem,
      owner: 'acme',
      repositories: 'private-one,private-two',
      'permission-contents': 'read',
    },
    github: { api_url: apiUrl },
    secrets: [app.privateKeyPem],
    runnerEnvironment: 'self-hosted',
    onSpawn: (pid, phase) => {
      if (phase !== 'post') return
      process.kill(pid, 'SIGSTOP')
      post.resolve(pid)
    },
  })
  const pid = await Promise.race([post.promise, minting.then(() => undefined)])
  const built = await build(stage.github.tokens.at(-1)?.value ?? '').finally(() => {
    if (pid !== undefined) process.kill(pid, 'SIGCONT')
  })
  return [await minting, built]
}

const buildWith = (
  stage: Stage,
  folder: string,
  token: string,
  secret: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Run> =>
  runAction({
    actionDir: join(folder, names[1]),
    inputs: {
      context: stage.folder,
      file: join(stage.folder, 'Dockerfile'),
      tags: stage.tag,
      load: 'true',
      network: 'host',
      'no-cache': 'true',
      'build-args': buildArgsOf(stage).join('\n'),
      ...secret,
    },
    env,
    secrets: [token],
    runnerEnvironment: 'self-hosted',
    onSpawn: tellOfMain(stage, 'action'),
  })

/** What both peers' own documentation tells to write. */
export const peersIn = (folder: string): readonly Way[] => [
  {
    name: 'peers-secrets',
    about: `${names.join(' + ')}, secrets: github_token=TOKEN`,
    run: (stage) =>
      mintAround(stage, folder, (token) =>
        buildWith(stage, folder, token, { secrets: `github_token=${token}` }),
      ),
  },
  {
    name: 'peers-envs',
    about: `${names.join(' + ')}, secret-envs: github_token=TOKEN`,
    run: (stage) =>
      mintAround(stage, folder, (token) =>
        buildWith(stage, folder, token, { 'secret-envs': 'github_token=TOKEN' }, { TOKEN: token }),
      ),
  },
]
