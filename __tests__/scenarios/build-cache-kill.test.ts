import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inContainer, makeBuilderImage } from '../support/container-builder.ts'
import { useKeptBuild, type Way } from '../support/kept-build.ts'
import { killAt, type Moment } from '../support/kill-at.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import type { Phase } from '../support/runner/types.ts'
import { docker } from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const { name, run, forgetAll, empty, keep, expectNothingLeft, expectConverges } = useKeptBuild()

const expectKilled = async ({ call, nth }: Call, phase: Phase, own: string, way: Way = {}) => {
  const env = { ...way.env, ...killAt({ phase, call, nth }) }
  const killed = await run(own, { ...way, env })
  expect(phase === 'main' ? killed.exitCode : killed.postExitCode).toBe(137)
  // No post comes after one that was killed: the end of the job removes what it leaves.
  if (phase === 'post') await killed.dispose()
  await expectNothingLeft(killed)
  await killed.dispose()
}

type Call = Pick<Moment, 'call' | 'nth'>
const at = (call: RegExp, nth = 1): Call => ({ call, nth })

/** Of main, where the cache has nothing. */
const cold = {
  'the registry of its build opens': at(/^listen 127/, 2),
  'a layer begins to come': at(/^open .*\/draft-/),
  'a layer has half come': at(/^write .*\/draft-/, 80),
  'a layer gets its name': at(/^rename .*\/draft-/),
  'the image gets its name': at(/^writeFile .*\/index\.json/),
  "the builder's cache comes": at(/^served PUT .*\/manifests\/cache/),
  'layers are put aside': at(/^link .*-images\/builds\/default\/\S+ .*\/kept\//, 2),
  'a helper is to unpack the image': at(/^docker POST \/containers\/DIGEST\/start/),
  'a helper is to link it into the other node': at(/^docker POST \/containers\/DIGEST\/start/, 2),
  "the image's folder goes": at(/^rm .*-images\/builds\/default/, 2),
  'half of what post is to keep is there': at(/^link .*\/kept\/DIGEST .*-layers\//, 4),
  'the list of that gets its name': at(/^rename .*\/entries\.json/),
  'post is told of it': at(/^writeFile .*\/save_state/, 2),
  'all folders go': at(/^rm slipway-RUN-images$/),
}

/** Of main, where the cache has what an earlier run kept. */
const warm = {
  'the record is asked for': at(/^mkdir .*\/kept\/entry-/),
  'the record has come': at(/^read .*\/archive/),
  'a part of the record gets its name': at(/^rename .*\/kept\/part-/, 2),
  'the builder reads the cache': at(/^served HEAD .*\/manifests\/cache/),
  'the archive of a layer has come': at(/^read .*\/archive/, 2),
  'a layer has half come': at(/^write .*\/kept\/part-/, 30),
  'a layer gets its name': at(/^rename .*\/kept\/part-/, 5),
  'what was kept becomes part of the image': at(
    /^link .*\/kept\/DIGEST .*-images\/builds\/default\//,
  ),
  'what was kept is to be unpacked': at(/^docker POST \/containers\/DIGEST\/start/),
}

/** Of post, when main has left it new layers. */
const later = {
  'it reads what main left': at(/^open .*-layers\/DIGEST/, 2),
  'it fills an entry': at(/^link .*-layers\/DIGEST .*\/kept\//, 3),
  'it is done with an entry': at(/^rm .*-layers\/entry/),
  'it removes the folders': at(/^rm .*-layers$/),
}

/** Where these are, another one is nearly the same. */
const near: readonly string[] = [
  'the image gets its name',
  'the list of that gets its name',
  'a part of the record gets its name',
  'it fills an entry',
  'a layer begins to come',
  'post is told of it',
]

const all = <M extends Readonly<Record<string, Call>>>(moments: M) =>
  (Object.keys(moments) as readonly (keyof M & string)[]).filter(
    (moment) => isThorough || !near.includes(moment),
  )

describe('kill -9 of main where nothing is kept, just before', () => {
  test.each(all(cold))('%s', async (moment) => {
    await empty()
    await expectKilled(cold[moment], 'main', moment)
    await expectConverges(moment)
  })
})

describe('kill -9 of main where something is kept, just before', () => {
  beforeAll(keep)
  test.each(all(warm))('%s', async (moment) => {
    await forgetAll()
    await expectKilled(warm[moment], 'main', moment)
    await expectConverges(moment)
  })
})

describe('kill -9 of post, just before', () => {
  test.each(all(later))('%s', async (moment) => {
    await empty()
    await expectKilled(later[moment], 'post', moment)
    await forgetAll()
    await expectConverges(moment)
  })
})

describe('kill -9 with a builder whose state is kept, just before', () => {
  let builder: OtherBuilder
  let config: string
  const image = `${name}/buildkit:1`
  const way = (): Way => ({
    inputs: { ...inContainer(image, builder.endpoint), 'keep-state': 'true' },
    env: { BUILDX_CONFIG: config },
  })
  beforeAll(async () => {
    builder = await startOtherBuilder()
    config = await mkdtemp(join(tmpdir(), 'build-cache-kill-config-'))
    await makeBuilderImage(image)
    await keep()
  })
  afterAll(async () => {
    const filter = ['--quiet', '--filter', 'name=buildx_buildkit_slipway-kept']
    const volumes = (await docker('volume', 'ls', ...filter)).split('\n').filter(Boolean)
    if (volumes.length > 0) await docker('volume', 'rm', ...volumes)
    await builder.remove()
    await docker('rmi', '--force', image)
    await rm(config, { recursive: true })
  })

  test.each(['the record has come', 'the builder reads the cache'] as const)(
    '%s',
    async (moment) => {
      await forgetAll()
      await expectKilled(warm[moment], 'main', moment, way())
      const filter = ['--all', '--quiet', '--filter', 'name=buildx_buildkit_slipway']
      expect(await docker('ps', ...filter)).toBe('')
      await expectConverges(moment, way())
      expect(await docker('ps', ...filter)).toBe('')
      expect(await readdir(join(config, 'instances')).catch(() => [])).toEqual([])
    },
  )
})
