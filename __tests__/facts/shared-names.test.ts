import { expect, test } from 'vitest'
import { leaveSharedTags, mergeRepeated, refuseSharedNames } from '../../src/facts/shared-names.ts'
import { renderError } from '../../src/failure.ts'
import { toDigest } from '../../src/image/digest.ts'
import { toReferences } from '../../src/image/reference.ts'
import { foundFacts } from '../support/found.ts'
import { imageOf } from '../support/outcomes.ts'
import { targetWith } from '../support/target.ts'

const packed = (given: string, config: string, ...names: readonly string[]) => ({
  ...{ given, file: given, references: toReferences(names) },
  image: { manifest: '', config, layers: [] },
})

const refusalOf = (found: Partial<typeof foundFacts>): string | undefined => {
  try {
    refuseSharedNames({ ...foundFacts, ...found })
    return undefined
  } catch (error) {
    return renderError(error)
  }
}

test('a name that two images of a step have is refused, with where each comes from', () => {
  const archived = [packed('/arm64.tar', 'a', 'api:1'), packed('/amd64.tar', 'b', 'api:1')]
  expect(refusalOf({ archived })).toBe(
    'Several images of this step have one name: docker.io/library/api:1 (/arm64.tar, /amd64.tar). Leave out all but one of each name, or give the others names of their own.',
  )
})

test('all such names are told at once, in whatever spelling', () => {
  const found = {
    images: [imageOf('api:1')],
    pulls: toReferences(['ghcr.io/acme/db:2', 'redis']),
    targets: [{ ...targetWith('web:dev', 'web:2'), name: 'web' }],
    archived: [
      packed('/a.tar', 'a', 'docker.io/library/api:1', 'web:dev'),
      packed('/b.tar', 'b', 'ghcr.io/acme/db:2', 'redis:7'),
    ],
  }
  expect(refusalOf(found)).toContain(
    ": docker.io/library/api:1 (Docker's store, /a.tar); ghcr.io/acme/db:2 (a registry, /b.tar); docker.io/library/web:dev (the build of web, /a.tar).",
  )
})

test('an image by its ID may not have the name of another one that is pulled or built', () => {
  const images = [imageOf('api:1')]
  expect(refusalOf({ images, pulls: toReferences(['api:1']) })).toContain(
    "(Docker's store, a registry)",
  )
  const targets = [{ ...targetWith('api:1'), name: 'api' }]
  expect(refusalOf({ images, targets })).toContain("(Docker's store, the build of api)")
})

test('a build that is not loaded shares its name with nobody, nor does an image with two spellings of one', () => {
  const target = targetWith('api:1')
  const archived = [packed('/a.tar', 'a', 'api:1', 'docker.io/library/api:1')]
  expect(refusalOf({ archived, targets: [{ ...target, isWanted: false }] })).toBeUndefined()
  expect(refusalOf({ archived, targets: [{ ...target, output: 'cache' }] })).toBeUndefined()
})

test('services of Compose that are one build may share its tag, with each other alone', () => {
  const targets = ['web', 'worker'].map((name) => ({ ...targetWith('app:dev'), name }))
  expect(refusalOf({ targets })).toBeUndefined()
  expect(refusalOf({ targets, archived: [packed('/a.tar', 'a', 'app:dev')] })).toContain(
    ': docker.io/library/app:dev (the build of web, /a.tar).',
  )
})

test('what Docker has by the same name is not unpacked', () => {
  const config = 'the config'
  const id = toDigest(config)
  const archived = [packed('/a.tar', config, 'api:1', 'api:2'), packed('/b.tar', config, 'api:1')]
  expect(mergeRepeated(archived, [imageOf('api:1', { id })])).toEqual([
    packed('/a.tar', config, 'api:2'),
  ])
  // Another image by that name is refused later.
  expect(mergeRepeated(archived, [imageOf('api:1')])).toEqual(archived.slice(0, 1))
})

test('a tag that another image has is not given to one that is named by its digest, too', () => {
  const [one, other] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
  const canonicals = (found: Partial<typeof foundFacts>): readonly string[] => {
    const whole = leaveSharedTags({ ...foundFacts, ...found })
    refuseSharedNames(whole)
    const references = [...whole.images.flatMap((image) => image.references), ...whole.pulls]
    return references.map(({ canonical }) => canonical)
  }
  const pinned = `docker.io/library/redis:7@${one}`
  const pulls = toReferences([`redis:7@${one}`])
  expect(canonicals({ pulls })).toEqual([pinned])
  const bare = `docker.io/library/redis@${one}`
  expect(canonicals({ pulls, targets: [targetWith('redis:7')] })).toEqual([bare])
  expect(canonicals({ pulls, archived: [packed('/a.tar', 'a', 'redis:7')] })).toEqual([bare])
  expect(canonicals({ pulls: toReferences([`redis:7@${one}`, 'redis:7']) })).toEqual([
    bare,
    'docker.io/library/redis:7',
  ])
  // Two that are pinned take it from nobody.
  const both = { images: [imageOf(`redis:7@${one}`)], pulls: toReferences([`redis:7@${other}`]) }
  expect(canonicals(both)).toEqual([pinned, `docker.io/library/redis:7@${other}`])
  // One image by several names, once without its tag.
  const names = ['redis:7', `redis:7@${one}`, 'redis:7.2', `redis:7.2@${one}`, `redis@${one}`]
  expect(canonicals({ pulls: toReferences(names) })).toEqual([
    'docker.io/library/redis:7',
    bare,
    'docker.io/library/redis:7.2',
  ])
  expect(canonicals({ pulls, targets: [targetWith('redis:8')] })).toEqual([pinned])
})

test('an image that two archives have is there once under each of its names', () => {
  const [one, two] = [packed('/a.tar', 'base', 'base:1', 'api:1'), packed('/b.tar', 'web', 'web:1')]
  const again = packed('/b.tar', 'base', 'base:1')
  const more = packed('/c.tar', 'base', 'base:1', 'base:2')
  const merged = mergeRepeated([one, two, again, more], [])
  expect(merged).toEqual([one, two, packed('/c.tar', 'base', 'base:2')])
  expect(refusalOf({ archived: merged })).toBeUndefined()
})
