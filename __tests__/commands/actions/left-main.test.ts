import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { endMain } from '../../../src/commands/actions/left-main.ts'
import { startOf } from '../../../src/host/running.ts'

/** A program that goes on by itself. */
const start = async (file: string, args: readonly string[]): Promise<ChildProcess> => {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout ?? child, 'data')
  return child
}

const startNode = (onTerm: string): Promise<ChildProcess> =>
  start(process.execPath, [
    '-e',
    `process.on('SIGTERM', () => { ${onTerm} }); setInterval(() => {}, 1e6); console.log('ready')`,
  ])

const stateOf = ({ pid = 0 }: ChildProcess): string => `${pid}-${startOf(pid)}`

test('a main that still runs is asked to end, and waited for', async () => {
  const main = await startNode('setTimeout(() => process.exit(7), 300)')
  expect(await endMain(stateOf(main))).toBe('ended')
  expect(main.exitCode ?? (await once(main, 'exit'))[0]).toBe(7)
})

test('one that does not end is killed', async () => {
  const main = await startNode('')
  const exit = once(main, 'exit')
  expect(await endMain(stateOf(main), 200)).toBe('killed')
  expect((await exit)[1]).toBe('SIGKILL')
})

test('nobody else is', async () => {
  const [node, bash] = await Promise.all([
    startNode('process.exit(7)'),
    start('/bin/bash', ['-c', 'echo ready; while :; do sleep 0.1; done']),
  ])
  const states = ['', `${node.pid}`, `${node.pid}-1`, '0-0', '-1-1', `${node.pid}-x`, stateOf(bash)]
  for (const state of states) expect(await endMain(state, 100)).toBe('gone')
  expect([node, bash].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([
    null,
    null,
  ])
})
