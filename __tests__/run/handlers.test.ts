import { expect, test } from 'vitest'
import { toHeldName } from '../../src/ownership.ts'
import type { StepOf } from '../../src/plan/steps.ts'
import { handlers } from '../../src/run/handlers.ts'
import type { Ports } from '../../src/run/ports.ts'
import { imageOf } from '../support/outcomes.ts'

const image = imageOf('api:1')

test('the token has one line when it is revoked', async () => {
  const lines: string[] = []
  const ended = { owner: 'a', repositories: ['b'], permissions: {}, livedMs: 9, isRevoked: true }
  const ports = {
    secrets: { close: async () => [ended] },
    log: { line: (t: string) => lines.push(t) },
  }
  const step = { kind: 'revoke-token' } as StepOf<'revoke-token'>
  expect(await handlers['revoke-token'](step, ports as unknown as Ports)).toEqual([ended])
  expect(lines).toEqual(['Token: a/b · lived 9 ms, revoked'])
})

const held = toHeldName('run', image.id)

test.each([
  ['was held', { image: { ...image, heldAs: held } }, [`/images/${held}`]],
  ['was there already, and so not held', { image }, []],
  ['failed, and may be held', undefined, [`/images/${held}`]],
])('the name of an image whose load %s', async (_name, loaded, expected) => {
  const removed: string[] = []
  const ports = {
    docker: { api: { remove: async (path: string) => void removed.push(path) } },
    run: { id: 'run', resultOf: () => loaded },
  }
  const step = { kind: 'release-image', image, loadedBy: 'load' } as StepOf<'release-image'>
  await handlers['release-image'](step, ports as unknown as Ports)
  expect(removed).toEqual(expected)
})
