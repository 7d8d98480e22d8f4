import { expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { LocalImage } from '../../src/image/image.ts'
import { toOwnNames } from '../../src/image/own-names.ts'
import type { MakeStep } from '../../src/plan/plan.ts'
import { createHandovers } from '../../src/run/intermediates.ts'

const id = `sha256:${'a'.repeat(64)}`
const step = { kind: 'make', targets: [], images: [] } as unknown as MakeStep

/** Loads one image with nothing else to do; answers what Docker was asked to change. */
const loadOne = async (RepoTags: readonly string[]): Promise<readonly string[]> => {
  const told: string[] = []
  const api = {
    ask: async (path: string) => (path.startsWith('/images/json') ? [] : { Id: id }),
    tell: async (method: string, path: string) => void told.push(`${method} ${path}`),
  } as unknown as EngineApi
  const image = { id, references: toOwnNames({ Id: id, RepoTags }) } as LocalImage
  const handovers = createHandovers(api, step, 'run')
  const held = await handovers.hold(image)
  await handovers.loaded(held)
  await handovers.built()
  await handovers.end()
  return told
}

test('an image is held by a name that goes again', async () => {
  const tag = 'a'.repeat(32)
  expect(await loadOne(['api:1'])).toEqual([
    `POST /images/${id}/tag?repo=slipway.invalid%2Fbase%2Frun&tag=${tag}`,
    `DELETE /images/slipway.invalid/base/run:${tag}`,
  ])
})

test('an image that has no name gets none: Docker would drop it with that', async () => {
  expect(await loadOne([])).toEqual([])
})
