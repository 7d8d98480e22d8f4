import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { takeNameLock } from '../../src/host/name-lock.ts'
import { eventually } from '../support/eventually.ts'

const name = `slipway-test-${process.pid}`

test('nobody else has a name until it is released', async () => {
  const release = await takeNameLock(name)
  expect(await takeNameLock(name)).toBeUndefined()
  expect(await takeNameLock(`${name}-2`)).toBeTypeOf('function')
  await release?.()
  const again = await takeNameLock(name)
  expect(again).toBeTypeOf('function')
  await again?.()
})

test('a killed process has it no longer, and its children never had it', async () => {
  const script = `
    const { takeNameLock } = await import(${JSON.stringify(`${process.cwd()}/src/host/name-lock.ts`)})
    await takeNameLock('${name}-killed')
    const child = (await import('node:child_process')).spawn('sleep', ['60'], { detached: true })
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [pid] = await once(owner.stdout, 'data')
  try {
    expect(await takeNameLock(`${name}-killed`)).toBeUndefined()
    owner.kill('SIGKILL')
    await eventually('the lock is free', async () => {
      const release = await takeNameLock(`${name}-killed`)
      await release?.()
      return release !== undefined
    })
  } finally {
    process.kill(Number(String(pid)))
  }
})
