import { expect, test } from 'vitest'
import type { Get } from '../../../src/docker/engine-api.ts'
import { findBuilt, renderMoved } from '../../../src/image/sources/built.ts'

const [mine, theirs] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string]
const held = 'slipway.invalid/base/0123456789abcdef:0'
const tags = ['dev', '1', 'gone'].map((tag) => {
  return { given: `api:${tag}`, canonical: `docker.io/library/api:${tag}` }
})

const image = (id: string, names: readonly string[]) => ({
  Id: id,
  Size: 1,
  Architecture: 'amd64',
  RepoTags: names,
  RootFS: { Layers: [] },
})

const get: Get = async <T>(path: string) => {
  const images: Record<string, object> = {
    [held]: image(mine, [held, 'api:1']),
    'docker.io/library/api:1': image(mine, [held, 'api:1']),
    'docker.io/library/api:dev': image(theirs, [
      'api:dev',
      'slipway.invalid/base/fedcba9876543210:3',
    ]),
  }
  return images[path.replace(/^\/images\/|\/json$/g, '')] as T | undefined
}

test('what was built is found by its own name, under all tags, wherever those point now', async () => {
  const { image: built, moved } = await findBuilt(get, held, tags)
  expect(built).toMatchObject({ id: mine, heldAs: held, references: tags })
  expect(moved).toEqual([
    { given: 'api:dev', id: theirs, isOtherStep: true },
    { given: 'api:gone', id: undefined, isOtherStep: false },
  ])
  expect(moved.map((tag) => renderMoved(mine, tag))).toEqual([
    "Another Slipway step gave api:dev to another image (sha256:bbbbbbbbbbbb) while this step was building it. The nodes get this step's image (sha256:aaaaaaaaaaaa) as api:dev. Give each job that shares a Docker daemon its own tags.",
    "Another process removed api:gone from Docker while this step was building it. The nodes get this step's image (sha256:aaaaaaaaaaaa) as api:gone. Give each job that shares a Docker daemon its own tags.",
  ])
})

test('what was built and is gone is an error', async () => {
  await expect(findBuilt(get, 'slipway.invalid/base/other:0', tags)).rejects.toThrow(
    "Docker's local store no longer has api:dev, api:1, api:gone, which this step just built",
  )
})
