import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSudo } from '../../src/doctor/rights.ts'

/** A sudo that allows what a pattern of the shell matches. */
const check = async (allowed: string, user: number | undefined = 1_000) => {
  const bin = mkdtempSync(join(tmpdir(), 'slipway-sudo-'))
  const script = `#!/bin/sh
case "$*" in
  "-n "${allowed}) exit 0 ;;
esac
echo 'sudo: a password is required' >&2
exit 1
`
  writeFileSync(join(bin, 'sudo'), script, { mode: 0o755 })
  try {
    return await checkSudo({ PATH: `${bin}:/usr/bin:/bin` }, new AbortController().signal, user)
  } finally {
    rmSync(bin, { recursive: true })
  }
}

test('what the remedy allows makes it well', async () => {
  const refused = await check('nothing')
  expect(refused).toMatchObject({
    state: 'no',
    found: expect.stringContaining('a password is required'),
    remedy: expect.stringContaining('NOPASSWD: /usr/bin/dmesg'),
  })
  expect(await check("'dmesg '*")).toMatchObject({ state: 'ok' })
  expect(await check('*')).toMatchObject({ state: 'ok', found: 'sudo without a password' })
})

test('root needs none', async () => {
  expect(await check('nothing', 0)).toMatchObject({ state: 'ok' })
})
