import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CacheEntry } from '../../../__tests__/support/cache-desk.ts'
import { type CacheService, startCacheService } from '../../../__tests__/support/cache-service.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { imageName } from '../image/names.ts'
import { importPackages, makePackages } from '../job/packages.ts'
import { type Platform, packagesOf, planPlatform } from '../job/services.ts'
import { makeWorkspace } from '../job/workspace.ts'
import { storeBytesPerSecond } from './bars.ts'
import { createPace } from './pace.ts'

export const bakeFile = 'docker-bake.json'

/** With the services' own 0.6 GB, 4 GB in all. */
const baseBytes = 3_400_000_000
const baseFiles = 30_000
export const fullMegabytes = 4_000

/** What all measurements work on. */
export type Stage = {
  readonly session: Session
  readonly platform: Platform
  readonly workspace: string
  readonly service: CacheService
  /** In all that a builder keeps of our steps. */
  readonly word: string
  readonly tagOf: (service: string) => string
}

const install = (word: string, name: string): string =>
  `RUN --mount=type=bind,from=slipway-bench/packages,target=/packages : ${word} && /packages/install ${name}`

/** Where a service's source is in its image. */
export const toSourceFolder = ({ word }: Pick<Stage, 'word'>, service: string): string =>
  `/srv/${word}-${service}`

/** The job bench's services, whose sources are in layers that need none below. */
const writeBuilds = (stage: Omit<Stage, 'service'>, base: string): void => {
  const { platform, workspace, word, tagOf } = stage
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(workspace, name, 'Dockerfile'), `${lines.join('\n')}\n`)
  write('base-ml', [`FROM ${base}`, ...platform.base.map(({ name }) => install(word, name))])
  const services = platform.services.map(({ name, isUponBase }) => {
    const copy = `COPY --link src ${toSourceFolder(stage, name)}`
    write(name, [`FROM ${isUponBase ? 'base-ml' : base}`, install(word, name), copy])
    const contexts = isUponBase ? { contexts: { 'base-ml': 'target:base-ml' } } : {}
    return [name, { context: name, tags: [tagOf(name)], ...contexts }] as const
  })
  const bake = {
    group: { default: { targets: platform.services.map(({ name }) => name) } },
    target: Object.fromEntries([['base-ml', { context: 'base-ml' }], ...services]),
  }
  writeFileSync(join(workspace, bakeFile), JSON.stringify(bake))
}

/** Takes from the builder's cache what is ours, and nothing of others. */
export const emptyBuilder = async ({
  session,
  word,
}: Pick<Stage, 'session' | 'word'>): Promise<void> => {
  const prune = ['builder', 'prune', '--all', '--force', '--filter', `description~=${word}`]
  const late = () => ({ signal: AbortSignal.timeout(120_000) })
  // What others are built upon goes when these are gone.
  for (let left = 20; left > 0; left -= 1)
    if (/^Total:\s*0B$/m.test(await session.docker(prune, late()))) return
  throw new Error("the builder's cache does not get empty")
}

export const dropImages = async ({ session, platform, tagOf }: Omit<Stage, 'service'>) => {
  const tags = platform.services.map(({ name }) => tagOf(name))
  const options = { signal: AbortSignal.timeout(120_000) }
  await session.docker(['image', 'rm', '--force', ...tags], options).catch(() => {})
}

export const prepareStage = async (session: Session, megabytes: number): Promise<Stage> => {
  const percent = (megabytes / fullMegabytes) * 100
  const platform = planPlatform({ baseBytes, baseFiles, percent })
  say(`making six services of ${megabytes} MB`)
  const packages = await makePackages(session, packagesOf(platform))
  session.defer('packages', () =>
    session.docker(['image', 'rm', '--force', 'slipway-bench/packages:latest'], {
      signal: AbortSignal.timeout(120_000),
    }),
  )
  await importPackages(session, packages)
  const workspace = await makeWorkspace(session, platform)
  const tagOf = (name: string): string => `${imageName}-${name}:${session.id}-cold`
  const stage = { session, platform, workspace, word: `coldbench${session.id}`, tagOf }
  writeBuilds(stage, process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest')
  session.defer("the builder's cache", () => emptyBuilder(stage))
  session.defer('images', () => dropImages(stage))
  const service = await startCacheService(createPace(storeBytesPerSecond))
  session.defer('the cache service', service.stop)
  return { ...stage, service }
}

/** Layers and records of builds: sizes and times of images are kept there, too. */
export const isOfBuild = (key: string | undefined): boolean =>
  key !== undefined && (isOfLayers(key) || key.startsWith('slipway-build-v1-'))

export const isOfLayers = (key: string): boolean => /^slipway-layers?-v1-/.test(key)

export const sumOf = (entries: readonly CacheEntry[]): number =>
  entries.reduce((sum, { content }) => sum + (content?.length ?? 0), 0)
