import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { findTempDir, makeTempDir } from '../../src/host/temp-dir.ts'

test("the runner's folder, where it can be written to; the system's own otherwise", () => {
  expect(findTempDir(process.cwd())).toBe(process.cwd())
  for (const given of [undefined, '', '/not/there', import.meta.filename]) {
    expect(findTempDir(given)).toBe(tmpdir())
  }
})

test('none at all: what to do', () => {
  expect(() => makeTempDir('/proc/slipway')).toThrow('no folder for what the step has to write')
})
