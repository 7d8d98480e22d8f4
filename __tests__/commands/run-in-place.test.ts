import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withPlace } from '../../src/commands/run-in-place.ts'
import type { Inputs } from '../../src/inputs/inputs.ts'

const tmpfs = 0x01021994

test.runIf(statfsSync('/dev/shm').type === tmpfs && statfsSync('/var/tmp').type !== tmpfs)(
  'beside a temp folder in memory, what killed runs left goes before a step begins',
  async () => {
    const tempDir = mkdtempSync('/dev/shm/slipway-test-')
    const [old, young] = [6, 4].map((days) => {
      const folder = join('/var/tmp', `slipway-${randomBytes(8).toString('hex')}-layers`)
      mkdirSync(folder)
      const seconds = Date.now() / 1_000 - days * 24 * 60 * 60
      utimesSync(folder, seconds, seconds)
      return folder
    }) as [string, string]
    onTestFinished(() => {
      for (const folder of [tempDir, old, young]) rmSync(folder, { recursive: true, force: true })
    })
    const inputs = { credentials: { kind: 'none' }, secrets: [], comment: undefined }
    const front = { announce: () => {}, log: { line: () => {} } }
    const found = await withPlace(
      inputs as unknown as Inputs,
      { tempDir, childEnv: process.env } as unknown as Parameters<typeof withPlace>[1],
      front as unknown as Parameters<typeof withPlace>[2],
      async ({ place }) => [existsSync(place.layoutDir), existsSync(old), existsSync(young)],
    )
    expect(found).toEqual([true, false, true])
  },
)
