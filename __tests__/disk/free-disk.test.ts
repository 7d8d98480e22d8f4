import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished } from 'vitest'
import { freeDisk } from '../../src/disk/free-disk.ts'
import { eventually } from '../support/eventually.ts'
import { rootTest } from '../support/root.ts'

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
