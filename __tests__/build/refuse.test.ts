import { expect, test } from 'vitest'
import { refuseOwnImages, refuseSeveralPlatforms } from '../../src/build/refuse.ts'
import type { Target } from '../../src/build/target.ts'
import { renderError } from '../../src/failure.ts'

const reference = (given: string) => ({ given, canonical: `docker.io/library/${given}` })

const target = (
  name: string,
  { isWanted = true, platforms }: { isWanted?: boolean; platforms?: readonly string[] } = {},
): Target => ({
  name,
  tags: [reference(`${name}:dev`)],
  dependsOn: [],
  isWanted,
  intermediate: 'slipway.invalid/base/run:0',
  output: 'docker' as const,
  bake: { name, tags: [], isWanted, dependsOn: [], allowances: [], definition: { platforms } },
  further: [],
  bases: [],
})

const refusalOf = (act: () => void): string | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    return renderError(error)
  }
}

test('what the step builds is not for images', () => {
  const targets = [target('base', { isWanted: false }), target('api')]
  const refuse = (given: string) => refusalOf(() => refuseOwnImages([reference(given)], targets))
  expect(refuse('redis:7')).toBeUndefined()
  expect(refuse('api:dev')).toBe(
    'images names api:dev, which this step itself builds. Remove api:dev from images: what the step builds is loaded anyway.',
  )
  expect(refuse('base:dev')).toBe(
    'images names base:dev, which this step itself builds. Remove base:dev from images, and add base to targets, so that it is loaded.',
  )
})

test('several platforms need the containerd store', () => {
  const both = [target('api', { platforms: ['linux/amd64', 'linux/arm64'] })]
  const engine = { driver: 'overlay2', hasContainerdStore: false }
  expect(refusalOf(() => refuseSeveralPlatforms(both, engine))).toMatch(
    /^api is for several platforms \(linux\/amd64, linux\/arm64\), and Docker's overlay2 store holds one\. Set bake-set: api\.platform=linux\/(amd|arm)64, /,
  )
  const containerd = { driver: 'overlayfs', hasContainerdStore: true }
  expect(refusalOf(() => refuseSeveralPlatforms(both, containerd))).toBeUndefined()
  const one = [target('api', { platforms: ['linux/arm64'] }), target('web')]
  expect(refusalOf(() => refuseSeveralPlatforms(one, engine))).toBeUndefined()
})
