import { expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { ContainerImage } from '../../src/image/image.ts'
import { toOwnNames } from '../../src/image/own-names.ts'
import { toHeldName } from '../../src/ownership.ts'
import { dropName, holdImage } from '../../src/run/intermediates.ts'

const id = `sha256:${'a'.repeat(64)}`

/** Holds an image and lets go of it; answers what Docker was asked to change. */
const holdOne = async (RepoTags: readonly string[]) => {
  const asked: string[] = []
  const api = {
    get: async () => ({ Id: id }),
    post: async (path: string) => void asked.push(`POST ${path}`),
    remove: async (path: string) => void asked.push(`DELETE ${path}`),
  } as unknown as EngineApi
  const image = { id, references: toOwnNames({ Id: id, RepoTags }) } as ContainerImage
  const held = await holdImage(api, 'run', image)
  expect(await holdImage(api, 'run', held)).toBe(held)
  if (held.heldAs !== undefined) await dropName(api, held.heldAs)
  return { asked, held }
}

test('an image is held by a name that goes again', async () => {
  const tag = 'a'.repeat(32)
  const { asked, held } = await holdOne(['api:1'])
  expect(held.heldAs).toBe(toHeldName('run', id))
  expect(asked).toEqual([
    `POST /images/${id}/tag?repo=slipway.invalid%2Fbase%2Frun&tag=${tag}`,
    `DELETE /images/slipway.invalid/base/run:${tag}`,
  ])
})

test('an image that has no name gets none: Docker would drop it with that', async () => {
  expect((await holdOne([])).asked).toEqual([])
})

test('a name that is the last of an image in use goes all the same', async () => {
  const asked: string[] = []
  const remove = async (path: string) => {
    asked.push(path)
    throw new Error('conflict')
  }
  await dropName({ remove } as unknown as EngineApi, 'a:1')
  expect(asked).toEqual(['/images/a:1', '/images/a:1?force=true'])
})
