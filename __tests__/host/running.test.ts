import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  // Who it leaves its child to knows of none.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [said] = await once(parent.stdout, 'data')
  const pid = Number(String(said))
  await eventually('it has ended', () => statFieldsOf(pid)[0] === 'Z')
  expect(isRunning({ pid, start: startOf(pid) })).toBe(false)
})
