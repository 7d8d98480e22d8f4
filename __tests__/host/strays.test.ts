import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { endStrays } from '../../src/host/strays.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'strays-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

/** A process that goes on by itself, as a program of that name. */
const start = async (
  name: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> => {
  const file = join(folder(), name)
  copyFileSync('/bin/bash', file)
  const child = spawn(file, ['-c', `${script}; echo ready; while :; do sleep 0.1; done`, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout ?? child, 'data')
  return child
}

test('ends what a killed main has started, and nobody else', async () => {
  const word = `slipway-${process.pid}`
  const ours = await Promise.all([
    start('docker', ':', ['x', word]),
    start('docker-buildx', ':', ['x', `--name=${word}`]),
    start('docker-buildx', "trap '' TERM", [], { BUILDX_BUILDER: word }),
  ])
  const others = await Promise.all([
    start('docker', ':', ['x', `${word}0`]),
    start('dockerd', ':', ['x', word]),
    start('docker', ':', [], { BUILDX_BUILDER: 'other' }),
  ])
  await endStrays(['docker', 'docker-buildx'], word)
  await Promise.all(ours.map((child) => child.signalCode ?? once(child, 'exit')))
  expect(ours.map(({ signalCode }) => signalCode)).toEqual(['SIGTERM', 'SIGTERM', 'SIGKILL'])
  expect(others.map(({ signalCode, exitCode }) => signalCode ?? exitCode)).toEqual([
    null,
    null,
    null,
  ])
})
