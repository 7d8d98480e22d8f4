import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { type GitHub, startGitHub } from './github/server.ts'
import { warningsOf } from './loading.ts'
import { asOrdinaryUser, ordinaryId } from './ordinary-user.ts'
import { type Registry, startRegistry } from './registry.ts'
import type { Run, RunOptions } from './runner/types.ts'
import { buildTiny } from './shaped-images.ts'
import { credentialsOf, runSlipway } from './slipway.ts'
import { type Cluster, docker, helpersOf, imagesOf, startCluster, uniqueName } from './testbed.ts'

/** What the tests of a file share, and the name of the image that each of them builds. */
export type OddPlaces = {
  readonly github: GitHub
  readonly cluster: Cluster
  /** Both have an image to build upon. */
  readonly open: Registry
  readonly closed: Registry
  /** Everybody may look into this folder, and nobody but root may write. */
  readonly scratch: string
  tag: string
}

/** Puts an image to build upon into a registry, and leaves none in Docker. */
const publish = async ({ host, auth }: Registry, config: string): Promise<void> => {
  const base = `${host}/base:1`
  await writeConfig(config, { auths: { [host]: { auth } } })
  await buildTiny(base, ['/bin/sh'])
  await docker('--config', config, 'push', '--quiet', base)
  await docker('rmi', base)
}

/** A docker configuration of root's, as another user finds it. */
export const writeConfig = async (folder: string, config: object): Promise<string> => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return folder
}

/** Gives the tests of the calling file a cluster and registries. */
export const useOddPlaces = (): OddPlaces => {
  const places = {} as { -readonly [Name in keyof OddPlaces]: OddPlaces[Name] }
  const tags: string[] = []
  beforeAll(async () => {
    places.scratch = await mkdtemp(join(tmpdir(), 'slipway-odd-'))
    await chmod(places.scratch, 0o755)
    places.github = await startGitHub()
    places.open = await startRegistry('public')
    places.closed = await startRegistry('private')
    await publish(places.open, join(places.scratch, 'push'))
    await publish(places.closed, join(places.scratch, 'push'))
    places.cluster = await startCluster()
  })
  afterAll(async () => {
    await Promise.all([places.open?.stop(), places.closed?.stop(), places.github?.stop()])
    await Promise.all([places.cluster?.remove(), rm(places.scratch, { recursive: true })])
    await docker('rmi', '--force', ...tags)
  })
  beforeEach(() => {
    places.tag = `${uniqueName('odd')}:dev`
    tags.push(places.tag)
  })
  return places
}

/** The inputs of a build from a registry's image that wants the token. It prints `now-42`. */
export const buildFrom = async (
  { host }: Registry,
  { github, cluster, scratch, tag }: OddPlaces,
): Promise<Record<string, string>> => {
  const context = join(scratch, tag)
  await mkdir(context)
  const wants = '--mount=type=secret,id=github_token test -s /run/secrets/github_token'
  const dockerfile = `FROM ${host}/base:1\nRUN ${wants} && echo now-$((6*7))\n`
  await writeFile(join(context, 'Dockerfile'), dockerfile)
  const own = { context, tags: tag, pull: 'true', 'no-cache': 'true', network: 'host' }
  return { ...credentialsOf(github), ...own, 'cluster-name': cluster.name }
}

/** The step of an ordinary user has to build, load and leave nothing. */
export const expectWorks = async (
  registry: Registry,
  places: OddPlaces,
  { prepare = '', inputs = {}, ...options }: Partial<RunOptions> & { readonly prepare?: string },
): Promise<Run> => {
  const given = { ...(await buildFrom(registry, places)), ...inputs }
  const run = await runSlipway(given, { ...(await asOrdinaryUser(prepare)), ...options })
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, run.postExitCode]).toEqual([0, 0])
  const { cluster, github, tag } = places
  expect(await imagesOf(cluster.nodes[0] ?? '')).toContain(`docker.io/library/${tag}`)
  expect(warningsOf(run)).toEqual([])
  expect(github.tokens.at(-1)?.state()).toBe('revoked')
  expect(await helpersOf(run.state)).toEqual([])
  expect(run.orphans).toEqual([])
  expect((await readdir(run.files.temp)).filter((name) => name.includes('slipway'))).toEqual([])
  return run
}

/** A home as it should be, for tests of something else. */
export const makeHome = async (scratch: string): Promise<string> => {
  const home = join(scratch, uniqueName('home'))
  await mkdir(home)
  await chown(home, ordinaryId, ordinaryId)
  return home
}
