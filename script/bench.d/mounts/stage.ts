import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CacheService, startCacheService } from '../../../__tests__/support/cache-service.ts'
import { createEntryCache, type EntryCache } from '../../../src/store/entry-cache.ts'
import type { Session } from '../host/session.ts'

/** What both ways work with: a builder's cache mount, and the Actions cache's double. */
export type Stage = {
  readonly session: Session
  readonly base: string
  /** The mount's id. */
  readonly id: string
  readonly service: CacheService
  readonly cache: EntryCache
  readonly env: Readonly<Record<string, string>>
  /** A new folder. */
  readonly makeFolder: () => string
  /** Runs a shell's words in the mount. */
  readonly inMount: (script: string) => Promise<void>
  /** Makes the builder a new one, as far as the mount goes. */
  readonly lose: () => Promise<void>
}

export const buildArgs = (folder: string): readonly string[] => [
  ...['buildx', 'build', '--progress=quiet', '--provenance=false'],
  ...[`--file=${join(folder, 'Dockerfile')}`, `--build-arg=RUN=${randomUUID()}`],
]

export const prepareStage = async (session: Session, base: string): Promise<Stage> => {
  const service = await startCacheService()
  session.defer("the cache's double", service.stop)
  const id = `slipway-bench-${session.id}`
  const env = Object.fromEntries(
    ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const makeFolder = (): string => {
    const folder = join(session.tempDir, randomUUID())
    mkdirSync(folder)
    return folder
  }
  const cache = createEntryCache({
    env,
    variables: {
      ACTIONS_RESULTS_URL: service.resultsUrl,
      ACTIONS_RUNTIME_TOKEN: service.token,
      ACTIONS_CACHE_SERVICE_V2: 'true',
    },
    mask: () => {},
    debug: () => {},
    signal: session.signal,
  })
  const inMount = async (script: string): Promise<void> => {
    const folder = makeFolder()
    const step = `RUN --mount=type=cache,id=${id},target=/c cd /c && ${script}`
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${base}\nARG RUN\n${step}\n`)
    await session.docker([...buildArgs(folder), '--output=type=cacheonly', folder])
  }
  const lose = async (): Promise<void> => {
    // Also when somebody ends the bench.
    const options = { signal: AbortSignal.timeout(120_000) }
    const listed = await session.docker(['buildx', 'du', '--verbose'], options)
    for (const record of listed.split(/\n\n+/)) {
      const [, found = ''] = /^ID:\s+(\w+)$/m.exec(record) ?? []
      const isOurs = record.includes(id) && /^Type:\s+exec\.cachemount$/m.test(record)
      if (isOurs && found !== '')
        await session.docker(['buildx', 'prune', '--force', '--filter', `id=${found}`], options)
    }
  }
  session.defer('the cache mount', lose)
  return { session, base, id, service, cache, env, makeFolder, inMount, lose }
}
