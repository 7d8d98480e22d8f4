import { expect, test } from 'vitest'
import type { Get } from '../../src/docker/engine-api.ts'
import { findNamed } from '../../src/facts/find-given.ts'
import { renderError } from '../../src/failure.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { targetWith } from '../support/target.ts'

const toReference = (name: string) => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

/** Docker's store, in the API's words: names and the IDs behind them. */
const storeOf =
  (ids: Readonly<Record<string, string>>): Get =>
  async <T>(path: string) => {
    const name = /^\/images\/docker\.io\/library\/(.*)\/json$/.exec(path)?.[1] ?? ''
    const Id = ids[name]
    const image = { Id, Size: 1, Architecture: 'amd64', RootFS: {} }
    return (Id === undefined ? undefined : image) as T | undefined
  }

const manifests = {
  images: ['api:dev', 'db:1', 'cache:1', 'db:1'].map((name, index) => ({
    reference: toReference(name),
    file: 'k8s/a.yaml',
    line: index + 1,
  })),
}

const find = async (
  ids: Readonly<Record<string, string>>,
  pullImages: 'missing' | 'always' | 'never' = 'missing',
  exclude: readonly string[] = [],
  archived: readonly string[] = [],
) => {
  const inputs = {
    images: [toReference('own:1')],
    pullImages,
    imagesFrom: { exclude },
  }
  const given = {
    ...{ targets: [targetWith('api:dev')], images: [], pulls: inputs.images },
    archived: archived.map((name) => ({ references: [toReference(name)] })),
  }
  const { images, pulls, namedImages } = await findNamed(storeOf(ids), inputs, manifests, given)
  return {
    images: images.map(({ references }) => references.map(({ given: name }) => name)),
    pulls: pulls.map(({ given: name }) => name),
    named: namedImages.map(({ reference }) => reference.given),
  }
}

test('what Docker has is loaded, what it lacks is pulled, what is built is neither', async () => {
  expect(await find({ 'own:1': 'sha256:1', 'db:1': 'sha256:2' })).toEqual({
    images: [['own:1'], ['db:1']],
    pulls: ['cache:1'],
    named: ['db:1', 'cache:1'],
  })
})

test('what an archive brings is neither pulled nor missing', async () => {
  const all = { 'own:1': 'sha256:1', 'db:1': 'sha256:2' }
  expect(await find(all, 'never', [], ['cache:1'])).toEqual({
    images: [['own:1'], ['db:1']],
    pulls: [],
    named: ['db:1'],
  })
})

test('another name of an image that an input has is one image with two names', async () => {
  const { images } = await find({ 'own:1': 'sha256:1', 'db:1': 'sha256:1', 'cache:1': 'sha256:1' })
  expect(images).toEqual([['own:1', 'db:1', 'cache:1']])
})

test('pull-images counts for them, too; a name that is missing has its place', async () => {
  expect((await find({ 'db:1': 'sha256:2' }, 'always')).pulls).toEqual(['own:1', 'db:1', 'cache:1'])
  const failing = find({ 'own:1': 'sha256:1', 'db:1': 'sha256:2' }, 'never')
  expect(await failing.catch(renderError)).toMatch(
    /^Docker's local store does not have cache:1 \(k8s\/a\.yaml:3\)\. /,
  )
})

test('with all left out, only the inputs count', async () => {
  const inputs = { images: [], pulls: ['own:1'], named: [] }
  expect(await find({ 'db:1': 'sha256:2' }, 'missing', ['*'])).toEqual(inputs)
})

test('manifests alone add nothing', async () => {
  const none = {
    images: [toReference('own:1')],
    pullImages: 'missing',
    imagesFrom: undefined,
  } as const
  const given = { targets: [], images: [], pulls: [], archived: [] }
  expect(await findNamed(storeOf({}), none, manifests, given)).toEqual({
    images: [],
    pulls: [],
    namedImages: [],
  })
})
