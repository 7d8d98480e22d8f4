import { expect, test } from 'vitest'
import type { Get } from '../../../src/docker/engine-api.ts'
import { renderNameless } from '../../../src/image/own-names.ts'
import {
  type ImageReference,
  parseImageId,
  parseImageReference,
} from '../../../src/image/reference.ts'
import { findImages } from '../../../src/image/sources/docker.ts'

const digits = '0123456789ab'.padEnd(64, 'c')
const id = `sha256:${digits}`

const image = (tags: readonly string[] | null, digests: readonly string[] | null = null) => ({
  Id: id,
  Size: 1,
  Architecture: 'amd64',
  RepoTags: tags,
  RepoDigests: digests,
  RootFS: { Layers: null },
})

/** A Docker that has one image under some paths of its API. */
const dockerWith =
  (found: object, ...names: readonly string[]): Get =>
  async <T>(path: string) =>
    (names.some((name) => path === `/images/${name}/json`) ? found : undefined) as T | undefined

const toReference = (given: string): ImageReference => {
  const reference = parseImageId(given) ?? parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

const namesOf = async (get: Get, ...given: readonly string[]) =>
  (await findImages(get, given.map(toReference))).map(({ references }) =>
    references.map(({ canonical }) => canonical),
  )

test.each([id, digits])('%s is an ID, and stands for the names that Docker has', async (given) => {
  const ours = 'slipway.invalid/base/0123456789abcdef:0'
  const get = dockerWith(image(['api:dev', ours, 'ghcr.io/o/api:1']), id)
  expect(await namesOf(get, given)).toEqual([['docker.io/library/api:dev', 'ghcr.io/o/api:1']])
})

test('the beginning of an ID is one where nothing has it as its name', async () => {
  const short = digits.slice(0, 12)
  const found = image(['api:dev'])
  expect(await namesOf(dockerWith(found, short), short)).toEqual([['docker.io/library/api:dev']])
  expect(await namesOf(dockerWith(found, short), `sha256:${short}`)).toEqual([
    ['docker.io/library/api:dev'],
  ])
  const named = `docker.io/library/${short}:latest`
  expect(await namesOf(dockerWith(found, named, short), short)).toEqual([[named]])
  // Docker would find images by less, but a name that was mistyped must not become another image.
  await expect(namesOf(dockerWith(found, 'cafe'), 'cafe')).rejects.toThrow('does not have cafe')
})

test('a name and the ID of one image are one image, with each name once', async () => {
  const get = dockerWith(image(['api:dev']), id, 'docker.io/library/api:dev')
  expect(await namesOf(get, 'api:dev', id)).toEqual([['docker.io/library/api:dev']])
})

test('without tags it is the digests, without any name one by the content', async () => {
  const byDigest = `docker.io/library/api@sha256:${'d'.repeat(64)}`
  const dangling = `moby-dangling@${id}`
  expect(await namesOf(dockerWith(image([], [byDigest, dangling]), id), id)).toEqual([[byDigest]])
  const [nameless] = await findImages(dockerWith(image(null, [dangling, '<none>@<none>']), id), [
    toReference(id),
  ])
  const name = 'localhost/slipway:sha-0123456789ab'
  expect(nameless?.references).toEqual([{ given: name, canonical: name }])
  expect(renderNameless(id, nameless?.references ?? [])).toBe(
    `${id} has no name in Docker; pods find it as ${name}.`,
  )
  expect(renderNameless(id, [toReference('api:dev')])).toBeUndefined()
})
