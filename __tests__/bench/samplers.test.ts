import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchDisk } from '../../script/bench.d/measure/disk-sampler.ts'
import { watchMemory } from '../../script/bench.d/measure/memory-sampler.ts'
import { watchPrograms } from '../../script/bench.d/measure/program-sampler.ts'

const megabyte = 1_000_000

/** Samples are taken by this process, which on a busy machine may have no turn for a moment. */
const aWhile = 1_000

describe('the disk', () => {
  let folder: string
  beforeEach(() => {
    // A filesystem that hardly anybody else writes to.
    folder = mkdtempSync('/dev/shm/slipway-test-')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (path: string, megabytes: number): string => {
    const file = join(folder, path)
    writeFileSync(file, Buffer.alloc(megabytes * megabyte, 1))
    return file
  }

  test('has had its peak, though it is as empty as before in the end', async () => {
    const watch = await watchDisk({ folders: [folder], spool: undefined })
    const file = write('file', 64)
    await sleep(aWhile)
    rmSync(file)
    const { peakBytes, ownPeakBytes, lowestBytes } = await watch.stopAtPeak()
    expect(lowestBytes).toBeGreaterThan(-megabyte)
    expect(peakBytes).toBeGreaterThan(60 * megabyte)
    expect(peakBytes).toBeLessThan(90 * megabyte)
    expect(ownPeakBytes).toBe(peakBytes)
    expect(await watch.extraNow()).toBeLessThan(30 * megabyte)
  })

  test('is counted once where two folders are on one filesystem', async () => {
    const watch = await watchDisk({ folders: [folder, '/dev/shm'], spool: undefined })
    write('file', 64)
    expect(await watch.extraNow()).toBeLessThan(90 * megabyte)
    await watch.stopAtPeak()
  })

  test('what Docker spools for `docker save` is not ours, also right after it is deleted', async () => {
    const spool = join(folder, 'tmp')
    mkdirSync(join(spool, 'docker-export-1/blobs/sha256'), { recursive: true })
    const watch = await watchDisk({ folders: [folder], spool })
    const layer = write('tmp/docker-export-1/blobs/sha256/layer', 96)
    await sleep(aWhile)
    // As a filesystem that frees late would look; at once, as Docker's share is only remembered for a moment.
    renameSync(layer, join(folder, 'not yet free'))
    const { peakBytes, ownPeakBytes } = await watch.stopAtPeak()
    expect(peakBytes).toBeGreaterThan(90 * megabyte)
    expect(ownPeakBytes).toBeLessThan(30 * megabyte)
  })

  test('that somebody else freed something can be seen', async () => {
    const file = write('of somebody else', 64)
    const watch = await watchDisk({ folders: [folder], spool: undefined })
    await sleep(aWhile)
    rmSync(file)
    await sleep(aWhile)
    write('ours', 96)
    expect((await watch.stopAtPeak()).lowestBytes).toBeLessThan(-60 * megabyte)
  })

  test('other files in that folder are ours', async () => {
    mkdirSync(join(folder, 'tmp/other'), { recursive: true })
    const watch = await watchDisk({ folders: [folder], spool: join(folder, 'tmp') })
    write('tmp/other/file', 64)
    await sleep(aWhile)
    expect((await watch.stopAtPeak()).ownPeakBytes).toBeGreaterThan(60 * megabyte)
  })
})

test('a process has had its most memory, though it gave it back before we looked and its child had more', async () => {
  const script = `
    let buffer = Buffer.alloc(150e6, 1)
    buffer = undefined
    gc()
    const child = "let b = Buffer.alloc(400e6, 1); setTimeout(() => {}, 1_000)"
    console.log('given back')
    require('node:child_process').spawnSync(process.execPath, ['-e', child])`
  const child = spawn(process.execPath, ['--expose-gc', '-e', script])
  await once(child.stdout, 'data')
  const end = watchMemory(child.pid ?? 0)
  await once(child, 'close')
  const peak = end()
  expect(peak).toBeGreaterThan(150 * megabyte)
  expect(peak).toBeLessThan(400 * megabyte)
})

test('programs are seen from start to end, only those with the variable, and not what they were before', async () => {
  const variable = `SLIPWAY_TEST=${process.pid}`
  const watch = watchPrograms(variable, ([name = '', seconds]) =>
    name === 'sleep' ? seconds : undefined,
  )
  // The shell turns into the second one only after a while.
  const script = 'sleep 0.5; exec sleep 0.8'
  const start = (value: string) =>
    spawn('sh', ['-c', script], { env: { ...process.env, SLIPWAY_TEST: value } })
  const started = performance.now()
  const ours = start(String(process.pid))
  const others = start('other')
  await Promise.all([once(ours, 'close'), once(others, 'close')])
  await sleep(100)
  const spans = watch.stop()
  const took = performance.now() - started
  expect([...spans.keys()].sort()).toEqual(['0.5', '0.8'])
  const [first, second] = [spans.get('0.5') ?? [], spans.get('0.8') ?? []]
  expect([first.length, second.length]).toEqual([1, 1])
  const [{ from, to } = { from: 0, to: 0 }] = second
  expect(from).toBeGreaterThan(started + 450)
  expect(to - from).toBeGreaterThan(250)
  expect(to - from).toBeLessThan(took - 450)
})
