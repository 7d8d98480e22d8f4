import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callHelper } from '../../support/helper-shell.ts'

const warning = 'time="2026-11-28T10:00:00Z" level=warning msg="DEPRECATION: cgroup v1"'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-words-'))
})
afterEach(() => rm(place, { recursive: true }))

test.each([
  ['of two lines', 'first\nsecond\n', 'second'],
  ['before a warning', `no such image\n${warning}\n`, 'no such image'],
  // As of a crictl that its deadline has ended: whoever tells of it must not end with it.
  ['of nothing', '', ''],
  ['of warnings alone', `${warning}\n`, ''],
])('last words %s', async (_, said, last) => {
  await writeFile(join(place, 'said'), said)
  const script = 'flaw="It ended: $(last_words "$1/said")"; printf "%s" "$flaw"'
  expect(await callHelper(['node', 'names'], place, script)).toEqual({
    code: 0,
    said: `It ended: ${last}`,
  })
})
