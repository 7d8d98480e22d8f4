import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, imagesOf, startCluster, uniqueName } from '../support/testbed.ts'

const name = uniqueName('cut')
let cluster: Cluster
let scratch = ''
beforeAll(async () => {
  cluster = await startCluster()
  scratch = await mkdtemp(join(tmpdir(), 'slipway-cut-off-'))
})
afterAll(async () => {
  await cluster.remove()
  await rm(scratch, { recursive: true })
  await docker('rmi', '--force', `${name}-cron:dev`)
})

/** A docker whose `save` never ends, and which builds the target `broken` once that has begun. */
const makeStuckDocker = async (): Promise<string> => {
  const real = execFileSync('bash', ['-c', 'type -P docker'], { encoding: 'utf8' }).trim()
  const begun = join(scratch, 'begun')
  const script = `#!/bin/bash
case "$*" in
  save*) : >'${begun}'; exec sleep 600 ;;
  *'-- broken') until [[ -e '${begun}' ]]; do sleep 0.05; done ;;
esac
exec '${real}' "$@"
`
  await mkdir(join(scratch, 'bin'))
  await writeFile(join(scratch, 'bin', 'docker'), script)
  await chmod(join(scratch, 'bin', 'docker'), 0o755)
  return `${join(scratch, 'bin')}:${process.env['PATH']}`
}

test("a load that another image's failure cut off: built, not loaded", async () => {
  await writeFile(join(scratch, 'own'), 'new')
  await writeFile(join(scratch, 'Dockerfile'), 'FROM scratch\nCOPY own /own\n')
  await writeFile(join(scratch, 'Broken'), 'FROM scratch\nCOPY missing /missing\n')
  // Bake has them in the order of their names.
  const builds = [
    `- { name: a-cron, context: ${scratch}, tags: '${name}-cron:dev' }`,
    `- { name: broken, context: ${scratch}, file: ${scratch}/Broken, tags: '${name}-broken:dev' }`,
    `- { name: late, context: ${scratch}, tags: '${name}-late:dev' }`,
  ].join('\n')
  const baseEnv = { ...process.env, PATH: await makeStuckDocker() } as Record<string, string>
  const inputs = { builds, 'cluster-name': cluster.name, 'load-mode': 'stream', parallel: '1' }
  const run = await runSlipway(inputs, { baseEnv })
  expect(run.exitCode).toBe(1)
  const [error, ...more] = run.annotations.filter(({ level }) => level === 'error')
  expect(more).toEqual([])
  // The cause first, and only what failed counts as failed.
  expect(error?.message).toMatch(/^broken: COPY .* failed: .*missing/)
  expect(error?.message.split('\n').at(-1)).toBe(
    `1 of 3 images failed. Cancelled: late. Built, not loaded: ${name}-cron:dev.`,
  )
  expect(run.log).toMatch(new RegExp(`^Load ${name}-cron:dev: cancelled after `, 'm'))
  expect(run.log).toMatch(new RegExp(`^Built, not loaded: ${name}-cron:dev\\.$`, 'm'))
  expect(run.summary).toContain(`Built, not loaded: ${name}-cron:dev.`)
  expect(run.outputs['images']).toBe('[]')
  expect((await imagesOf(cluster.nodes[0] ?? '')).join()).not.toContain(name)
  await run.dispose()
})
