import { describe, expect, test } from 'vitest'
import { type Facts, toWanted } from '../../src/facts/facts.ts'
import type { ContainerImage } from '../../src/image/image.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { asksForGpu, checkImages, findUsed } from '../../src/manifests/check-images.ts'
import type { Container } from '../../src/manifests/workload.ts'
import { workloadOf } from '../support/manifests.ts'
import { targetWith } from '../support/target.ts'

const toReference = (name: string) => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

const image = (name: string, ...digestNames: readonly string[]): ContainerImage => ({
  references: [toReference(name)],
  id: 'sha256:1',
  sizeBytes: 1,
  digestNames,
  architecture: 'amd64',
  layers: [],
})

const none = { targets: [], images: [] }

/** What is said of containers where these are built. */
const check = (
  containers: readonly Partial<Container>[],
  facts: Pick<Facts, 'targets' | 'images'>,
): readonly string[] =>
  checkImages([workloadOf(containers)], { wanted: toWanted(facts), images: facts.images }).map(
    ({ message, location }) => {
      expect(location).toEqual({ file: 'k8s/api.yaml', line: 7 })
      return message
    },
  )

const digest = `sha256:${'a'.repeat(64)}`

describe('whether a loaded image is pulled', () => {
  const built = {
    targets: [targetWith('api:dev', 'web', 'ghcr.io/acme/worker:latest')],
    images: [],
  }

  test.each([
    ['web'],
    ['web:latest'],
    ['docker.io/library/web'],
    ['index.docker.io/library/web:latest'],
    ['ghcr.io/acme/worker'],
  ])('%s without a policy is, by default', (name) => {
    expect(check([{ name: 'api', image: name }], built)).toEqual([
      `The container api pulls ${name} from a registry, although this step loads it: without an imagePullPolicy, Kubernetes always pulls \`latest\` and untagged images. Set imagePullPolicy: IfNotPresent, or use another tag than latest.`,
    ])
  })

  test.each(['api:dev', 'web'])('%s with Always is, as it is written', (name) => {
    expect(check([{ name: 'api', image: name, pullPolicy: 'Always' }], built)).toEqual([
      `The container api pulls ${name} from a registry, although this step loads it: imagePullPolicy is Always. Set imagePullPolicy: IfNotPresent.`,
    ])
  })

  test.each([
    ['api:dev', undefined],
    ['docker.io/library/api:dev', 'IfNotPresent'],
    ['api:dev', 'Never'],
    ['web', 'IfNotPresent'],
    ['web', 'Never'],
    ['api:sha-0123456789ab', undefined],
    ['ghcr.io/acme/worker:sha-0123456789ab', undefined],
  ])('%s with %s is not', (name, pullPolicy) => {
    expect(check([{ image: name, pullPolicy }], built)).toEqual([])
  })

  test('an immutable name with Always is', () => {
    expect(check([{ image: 'api:sha-0123456789ab', pullPolicy: 'Always' }], built)).toHaveLength(1)
  })

  test('images that are there already count, and their digests', () => {
    const facts = { targets: [], images: [image('api:1', `docker.io/library/api@${digest}`)] }
    expect(check([{ image: 'api:1' }, { image: `api@${digest}` }], facts)).toEqual([])
    expect(check([{ image: 'api:1', pullPolicy: 'Always' }], facts)).toHaveLength(1)
  })

  test('an image that nothing loads may be pulled', () => {
    expect(
      check([{ image: 'postgres' }, { image: 'redis:7', pullPolicy: 'Always' }], built),
    ).toEqual([])
    expect(check([{ image: 'web' }], none)).toEqual([])
  })

  test('a target that is built for others alone is not loaded', () => {
    expect(
      check([{ image: 'base' }], {
        targets: [{ ...targetWith('base'), isWanted: false }],
        images: [],
      }),
    ).toEqual([])
  })
})

describe('names that are nearly those of loaded images', () => {
  const built = {
    targets: [targetWith('api:dev', 'api:v1'), targetWith('ghcr.io/acme/web:dev')],
    images: [],
  }
  const nearest = (name: string, ...more: readonly string[]) =>
    check(
      [name, ...more].map((each) => ({ image: each })),
      built,
    ).map((message) =>
      /^The container main uses (.*), which this step does not load\. It loads (.*), a different/
        .exec(message)
        ?.slice(1),
    )

  test.each([
    ['api:prod', 'api:dev'],
    ['api', 'api:dev'],
    [`api@${digest}`, 'api:dev'],
    [`api:v1@${digest}`, 'api:dev'],
    ['api:sha-012345', 'api:dev'],
    ['localhost:5000/api:v1', 'api:v1'],
    ['acme/api:v1', 'api:v1'],
    ['web:dev', 'ghcr.io/acme/web:dev'],
    ['ghcr.io/acme/web:main', 'ghcr.io/acme/web:dev'],
    ['quay.io/acme/web:other', 'ghcr.io/acme/web:dev'],
  ])('%s is near to %s', (name, expected) => {
    expect(nearest(name)).toEqual([[name, expected]])
  })

  test.each(['postgres:16', 'api-gateway:dev', 'acme/apis:dev'])('%s is near to none', (name) => {
    expect(nearest(name)).toEqual([])
  })

  test('another repository and tag is nothing beside the one that is built', () => {
    expect(nearest('docker.io/library/web:1.27', 'ghcr.io/acme/web:dev')).toEqual([])
    expect(nearest('api:prod', 'api:dev')).toEqual([['api:prod', 'api:dev']])
  })
})

test('what is no name of an image is shown with the reason', () => {
  expect(check([{ name: 'api', image: 'API:dev' }], none)).toEqual([
    'Kubernetes refuses the image "API:dev" of the container api: image names are lower case.',
  ])
})

test('names that manifests use have been judged, whatever came of it', () => {
  const used = findUsed([
    workloadOf([{ image: 'a', pullPolicy: 'IfNotPresent' }, { image: 'NO' }]),
    workloadOf([{ image: 'docker.io/library/a:latest' }, { image: 'b', pullPolicy: 'Always' }]),
  ])
  expect([...used]).toEqual(['docker.io/library/a:latest', 'docker.io/library/b:latest'])
})

test.each<[string, boolean, boolean, boolean | undefined]>([
  ['api:dev', true, false, true],
  ['api:dev', false, false, false],
  ['docker.io/library/api:dev', true, true, true],
  ['other:dev', true, false, undefined],
  // The pod that asks may be in what could not be read.
  ['api:dev', false, true, undefined],
])(
  'a container of %s that asks for a GPU: %s, beside what cannot be read: %s',
  (image, asks, isPart, result) => {
    const manifests = {
      workloads: [
        workloadOf([
          { image, asksForGpu: asks },
          { image: 'third:1', asksForGpu: true },
        ]),
      ],
      claims: [],
      persistentVolumes: [],
      warnings: isPart ? [{ message: 'x', location: undefined }] : [],
    }
    expect(
      asksForGpu(manifests, [{ given: 'api:dev', canonical: 'docker.io/library/api:dev' }]),
    ).toBe(result)
  },
)
