import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { useKeptBuild, type Way } from '../support/kept-build.ts'
import type { Phase } from '../support/runner/types.ts'
import { isThorough } from '../support/thorough.ts'

const { cache, run, forgetAll, empty, keep, expectNothingLeft, expectConverges } = useKeptBuild()

/** Of a process that is gone there is nothing to end; of no number at all, `0` would be all of us. */
const killChildren = (children: string): void => {
  for (const child of children.split(' ').map(Number).filter(Boolean)) {
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // It had just ended by itself.
    }
  }
}

/** Has a request wait for what is done with the process of a phase, which gets its processes' numbers. */
const atRequest = (
  wanted: { readonly name: string; readonly key: string; readonly phase: Phase },
  then: 'go' | 'cut',
  isEnough: Promise<unknown>,
): Way => {
  const pids = new Map<Phase, number>()
  let isOver = false
  cache().hold = async ({ name, key = '' }) => {
    if (isOver || name !== wanted.name || !key.startsWith(wanted.key)) return 'go'
    isOver = true
    const pid = pids.get(wanted.phase) ?? 0
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    process.kill(pid, 'SIGKILL')
    // As where the machine goes, and nobody ends what was begun.
    if (then === 'cut') killChildren(children)
    await isEnough
    return then
  }
  return { onSpawn: (pid, phase) => void pids.set(phase, pid) }
}

/** What post asks for, until its record is there: a request, and the beginning of the entry's key. */
const requests = [
  ['to make the entry of a layer', 'CreateCacheEntry', 'slipway-layer-'],
  ['to finish the entry of a layer', 'FinalizeCacheEntryUpload', 'slipway-layer-'],
  ['to finish the record', 'FinalizeCacheEntryUpload', 'slipway-build-'],
  ['to take a layer', 'PUT blob', 'slipway-layer-'],
  ['to finish the entry of small layers', 'FinalizeCacheEntryUpload', 'slipway-layers-'],
  ['to take the record', 'PUT blob', 'slipway-build-'],
] as const

describe('kill -9 of main while it asks the Actions cache: the client that goes on leaves nothing', () => {
  beforeAll(keep)

  test.each([
    ['for its record', 'GetCacheEntryDownloadURL', 'slipway-build-'],
    ["for a layer's bytes", 'GET blob', 'slipway-layer-'],
  ] as const)('%s', async (moment, name, key) => {
    await forgetAll()
    const { promise: posted, resolve: release } = Promise.withResolvers<void>()
    const killed = await run(moment, atRequest({ name, key, phase: 'main' }, 'go', posted))
    expect([killed.exitCode, killed.postExitCode]).toEqual([137, 0])
    release()
    await expectNothingLeft(killed)
    await killed.dispose()
    await expectConverges(moment)
  })
})

describe('kill -9 of post and its client while they ask the Actions cache: no half is ever used', () => {
  test.each(isThorough ? requests : requests.slice(0, 3))('%s', async (moment, name, key) => {
    await empty()
    const way = atRequest({ name, key, phase: 'post' }, 'cut', Promise.resolve())
    const killed = await run(moment, way)
    expect([killed.exitCode, killed.postExitCode]).toEqual([0, 137])
    await killed.dispose()
    for (const own of [moment, `${moment}, again`]) {
      await forgetAll()
      await expectConverges(own)
    }
  })
})
