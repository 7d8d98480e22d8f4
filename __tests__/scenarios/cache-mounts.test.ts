import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { whilePruning, withoutPruning } from '../support/builder-turn.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, startCluster, uniqueName } from '../support/testbed.ts'

const run = promisify(execFile)
let builder: OtherBuilder
let cluster: Cluster
let service: CacheService
let workspace: string
const name = uniqueName('mounts')
/** As of a package manager, known by its target, and one of an ordinary user. */
const [packages, home] = [`/${name}/pip`, `${name}-home`]

const buildx = async (...args: readonly string[]): Promise<string> => {
  const env = { ...process.env, BUILDX_CONFIG: builder.config }
  const maxBuffer = 256 * 1024 * 1024
  return (await run('docker', ['buildx', ...args], { env, maxBuffer })).stdout
}

/** The records of these mounts in the builder, which all tests share: towards a run's end it has thousands. */
const findMounts = async (): Promise<readonly string[]> => {
  const printed = await buildx('du', '--verbose', '--filter', 'type=exec.cachemount')
  return printed.split(/\n\n+/).flatMap((record) => {
    const [, id = ''] = /^ID:\s+(\w+)$/m.exec(record) ?? []
    return record.includes(name) && id !== '' ? [id] : []
  })
}

/**
 * Makes the builder what a new one would be, as far as these mounts go. What a build has just used it may still
 * hold for a moment, and then does not prune it, without a word.
 */
const loseMounts = (): Promise<void> =>
  eventually('the mounts go', async () => {
    for (const id of await findMounts())
      await whilePruning(() => buildx('prune', '--force', '--filter', `id=${id}`))
    return (await findMounts()).length === 0
  })

beforeAll(async () => {
  ;[builder, cluster, service, workspace] = await Promise.all([
    startOtherBuilder(),
    startCluster(),
    startCacheService(),
    mkdtemp(join(tmpdir(), 'cache-mounts-')),
  ])
})
afterAll(async () => {
  await loseMounts()
  await Promise.all([builder.remove(), cluster.remove(), service.stop()])
  await rm(workspace, { recursive: true })
})

const flags = [
  `--mount=type=cache,target=${packages}`,
  `--mount=type=cache,id=${home},target=/h,uid=1000,gid=1000,mode=0700`,
].join(' ')

/** An image of one small file, made by a step that finds and leaves something in the caches. */
const build = async (...script: readonly string[]): Promise<Run> => {
  const command = ['set -e', `cd ${packages}`, ...script, 'date +%N >/own'].join('; ')
  const lines = [
    `FROM ${baseImage()} AS work`,
    `RUN ${flags} ${command}`,
    'FROM scratch',
    'COPY --from=work /own /own',
  ]
  await writeFiles(workspace, { Dockerfile: `${lines.join('\n')}\n` })
  const inputs = { context: '.', tags: `${name}/app:dev`, 'cluster-name': cluster.name }
  return withoutPruning(() =>
    runSlipway(
      { ...inputs, 'cache-mounts': `${packages}\n${home}` },
      {
        github: { workspace },
        env: { BUILDX_CONFIG: builder.config },
        runtime: { token: service.token, resultsUrl: service.resultsUrl },
      },
    ),
  )
}

/** What says something of a mount's own, without bytes and times. */
const saidOf = ({ log }: Run, id: string): readonly string[] =>
  log.split('\n').filter((line) => line.startsWith(`cache-mounts: ${id}: `))

const mountEntries = () => service.entries.filter(({ key }) => key.startsWith('slipway-mount'))

test('a new builder gets what an earlier run left; a small change is a small upload; spoilt bytes are refused', async () => {
  const first = await build(
    'head -c 11000000 /dev/urandom >large; ln -s large link; mkdir -p a/b; mkfifo pipe',
    'for i in 1 2 3; do head -c 20000 /dev/urandom >"file $i"; done; echo one >a/b/c; chmod 750 a/b/c',
    'touch -d @1000000000 a/b/c; echo mine >/h/f; chown 1000:1000 /h/f; chmod 600 /h/f; sha256sum large',
  )
  expect([first.exitCode, warningsOf(first)]).toEqual([0, []])
  expect(saidOf(first, packages)).toEqual([
    expect.stringMatching(/nothing kept so far\.$/),
    expect.stringMatching(/5 files, 11 MB; 11 MB of it new, kept in /),
  ])
  const [, large = ''] = /([0-9a-f]{64}) {2}large/.exec(first.log) ?? []

  await loseMounts()
  const second = await build(
    `test "$(sha256sum <large)" = "${large}  -"; test "$(readlink link)" = large; test ! -e pipe`,
    'test "$(stat -c "%a %Y %s" a/b/c)" = "750 1000000000 4"; test -s "file 3"; test ! -e /h/.slipway-part',
    'test "$(stat -c "%u %g %a" /h/f)" = "1000 1000 600"; test "$(stat -c "%u %a" /h)" = "1000 700"',
    // As long as before, at a time that a tool has made up.
    'echo two >a/b/c; touch -d @1000000000 a/b/c; rm "file 1"',
  )
  expect([second.exitCode, warningsOf(second)]).toEqual([0, []])
  expect(saidOf(second, packages)).toEqual([
    expect.stringMatching(/5 files, 11 MB, restored in /),
    expect.stringMatching(/4 files, 11 MB; [\d.]+ k?B of it new, kept in /),
  ])
  expect(saidOf(second, home).at(-1)).toMatch(/unchanged\.$/)
  expect(mountEntries()).toHaveLength(4)
  expect(mountEntries().at(-1)?.content?.length).toBeLessThan(3_000)

  await loseMounts()
  const spoilt = mountEntries().find(({ content }) => (content?.length ?? 0) < 3_000)
  if (spoilt !== undefined) spoilt.content = gzipSync('nothing of ours')
  const third = await build(
    'test "$(cat a/b/c)" = two; test ! -e "file 1"; test -z "$(ls -A /h)"; echo again >/h/f',
  )
  expect(third.exitCode).toBe(0)
  expect(warningsOf(third)).toEqual([expect.stringContaining(`${spoilt?.key} is not used`)])
  expect(saidOf(third, packages).at(-1)).toMatch(/unchanged\.$/)
  expect(saidOf(third, home).at(-1)).toMatch(/1 file, 6 B; [\d.]+ k?B of it new, kept in /)

  // A builder that is short of room forgets what it likes, and then gets it again.
  await eventually('the builder has it', async () => {
    const fourth = await build('test "$(cat /h/f)" = again')
    expect(fourth.exitCode).toBe(0)
    const said = saidOf(fourth, home)
    return said.length === 1 && /the builder has it\.$/.test(said[0] ?? '')
  })
})
