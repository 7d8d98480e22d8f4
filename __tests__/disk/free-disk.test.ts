import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, vi } from 'vitest'
import { freeDisk } from '../../src/disk/free-disk.ts'
import { eventually } from '../support/eventually.ts'
import { rootTest } from '../support/root.ts'

/** Of folders whose name begins so, it says that they are on an overlay. */
const ofContainer = '/usr/local/lib/slipway-of-container-'
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const statfs = async (path: string) => ({
    ...(await real.statfs(path)),
    ...(path.startsWith('/usr/local/lib/slipway-of-container-') && { type: 0x794c7630 }),
  })
  return { ...real, statfs }
})

const scratch = mkdtempSync(join(tmpdir(), 'slipway-free-disk-'))
afterAll(() => rmSync(scratch, { recursive: true }))

rootTest(
  'cancelled while something is measured that takes for ever: nothing goes, nobody waits',
  async () => {
    // Only root writes to the folders above what may go.
    const victim = mkdtempSync('/usr/local/lib/slipway-test-')
    onTestFinished(() => rmSync(victim, { recursive: true, force: true }))
    const stubborn = "trap '' INT TERM; while :; do sleep 1; done"
    const script = `#!/bin/bash\necho >'${scratch}/begun'; ${stubborn}\n`
    writeFileSync(join(scratch, 'du'), script, { mode: 0o755 })
    const cancel = new AbortController()
    const entry = { name: 'tools', paths: [victim], sizeBytes: 1, timeS: 1 }
    const freeing = { entries: [entry] as never, targetFreeBytes: undefined }
    const env = { PATH: `${scratch}:${process.env['PATH']}` }
    const freed = freeDisk(freeing, '/', env, () => {}, cancel.signal)
    await eventually('it is measured', () => existsSync(join(scratch, 'begun')))
    cancel.abort()
    expect(await freed).toEqual([])
    expect(existsSync(victim)).toBe(true)
  },
  120_000,
)

rootTest("a job's container keeps what it has: deleting would free nothing", async () => {
  const victim = mkdtempSync(ofContainer)
  const other = mkdtempSync('/usr/local/lib/slipway-test-')
  onTestFinished(() => {
    for (const each of [victim, other]) rmSync(each, { recursive: true, force: true })
  })
  const entries = [{ name: 'tools', paths: [victim, other] }] as never
  const env = { PATH: process.env['PATH'] ?? '' }
  const lines: string[] = []
  const signal = new AbortController().signal
  const freeing = { entries, targetFreeBytes: undefined }
  const freed = await freeDisk(freeing, '/', env, (line) => lines.push(line), signal)
  expect(freed.map(({ path }) => path)).toEqual([other])
  expect([victim, other].map((each) => existsSync(each))).toEqual([true, false])
  expect(lines[0]).toBe(
    `Kept ${victim}: it is of the job's container, and deleting it would free nothing.`,
  )
})
