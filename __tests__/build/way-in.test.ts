import { expect, test } from 'vitest'
import { findWayIn } from '../../src/build/way-in.ts'
import { createDocker } from '../../src/docker/docker.ts'

test('the real docker is not asked', async () => {
  const { PATH = '' } = process.env
  const docker = createDocker({ PATH })
  const unasked = { ...docker, try: () => Promise.reject(new Error('it was asked')) }
  expect(await findWayIn(unasked)).toBe('stdin')
})
