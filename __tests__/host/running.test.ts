import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { statFieldsOf } from '../../src/host/proc-stat.ts'
import { isRunning, startOf } from '../../src/host/running.ts'
import { eventually } from '../support/eventually.ts'

test('a process runs that has its number and its start', () => {
  const { pid } = process
  expect(isRunning({ pid, start: startOf(pid) })).toBe(true)
  expect(isRunning({ pid, start: `${Number(startOf(pid)) + 1}` })).toBe(false)
})

test('one that has ended does not run, though nobody has asked for its exit code', async () => {
  // A shell may ask for it between two commands; what it has become does not know that it has a child.
  const parent = spawn('sh', ['-c', 'read line <&3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [said] = await once(parent.stdout as Readable, 'data')
  const pid = Number(String(said))
  const hasBecome = () => readFileSync(`/proc/${parent.pid}/cmdline`, 'latin1').startsWith('sleep')
  await eventually('its parent is no shell any more', hasBecome)
  ;(parent.stdio[3] as Writable).write('\n')
  await eventually('it has ended', () => statFieldsOf(pid)[0] === 'Z')
  expect(isRunning({ pid, start: startOf(pid) })).toBe(false)
})
