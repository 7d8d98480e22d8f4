import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { toChildEnv } from '../../src/commands/actions/environment.ts'
import { cleanUp } from '../../src/commands/cleanup.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { findRunOf } from '../../src/docker/list.ts'
import { intermediateRepository, runLabel } from '../../src/ownership.ts'
import { baseImage, docker, uniqueName } from '../support/testbed.ts'

/** What a killed main leaves of a run: a helper with a volume of its own, and a name of an image. */
const leave = async (runId: string, kept: string): Promise<string> => {
  const options = ['--label', `${runLabel}=${runId}`, '--volume', '/left']
  const helper = await docker('create', ...options, baseImage())
  await docker('tag', kept, `${intermediateRepository(runId)}:0`)
  return helper
}

const namesOf = async (image: string): Promise<readonly string[]> =>
  JSON.parse(await docker('image', 'inspect', '--format', '{{json .RepoTags}}', image))

const areThere = async (...containers: readonly string[]): Promise<readonly boolean[]> => {
  const all = (await docker('ps', '--all', '--quiet', '--no-trunc')).split('\n')
  return containers.map((id) => all.includes(id))
}

test("a container's run is found by its whole name", async () => {
  const [name, runId] = [uniqueName('lock'), randomBytes(8).toString('hex')]
  const options = ['--name', `${name}-of-another`, '--label', `${runLabel}=${runId}`]
  const container = await docker('create', ...options, baseImage())
  onTestFinished(async () => void (await docker('rm', container)))
  const asked = createDocker(toChildEnv(process.env, []))
  expect(await findRunOf(asked, `${name}-of-another`)).toBe(runId)
  expect(await findRunOf(asked, name)).toBeUndefined()
})

test('post removes what its run has left, and nothing of anybody else', async () => {
  const [mine, others] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const tempDir = await mkdtemp(join(tmpdir(), 'slipway-cleanup-'))
  const kept = `${uniqueName('cleanup')}:1`
  await docker('tag', baseImage(), kept)
  const helpers = [await leave(mine, kept), await leave(others, kept)]
  const other = `${intermediateRepository(others)}:0`
  onTestFinished(async () => {
    await docker('rm', '--force', '--volumes', ...helpers).catch(() => {})
    await docker('rmi', '--force', kept, other)
    await rm(tempDir, { recursive: true })
  })
  const warnings: string[] = []
  const place = { tempDir, childEnv: toChildEnv(process.env, []) }
  const log = { warning: (text: string) => void warnings.push(text) }
  const found = { isDockerThere: true, builder: undefined, cluster: undefined }
  await cleanUp(place, log, mine, found)
  expect(warnings).toEqual([])
  expect(await areThere(...helpers)).toEqual([false, true])
  const names = await namesOf(kept)
  expect(names).toEqual(expect.arrayContaining([kept, other]))
  expect(names.join()).not.toContain(mine)
  // Post may run twice.
  await cleanUp(place, log, mine, found)
  expect(warnings).toEqual([])
})
