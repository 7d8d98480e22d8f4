import { describe, expect, test } from 'vitest'
import { type Facts, toWanted } from '../../src/facts/facts.ts'
import type { ContainerImage } from '../../src/image/image.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { asksForGpu, checkImages, findUsed } from '../../src/manifests/check-images.ts'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import type { PullFacts } from '../../src/manifests/poisoned-pulls.ts'
import { type Container, joinManifests, type Manifests } from '../../src/manifests/workload.ts'
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
  facts: Pick<Facts, 'targets' | 'images'> & Partial<Pick<Facts, 'pulls'>>,
): readonly string[] =>
  checkImages([workloadOf(containers)], { wanted: toWanted(facts), images: facts.images }).map(
    ({ message, location }) => {
      expect(location).toEqual({ file: 'k8s/api.yaml', line: 7 })
      return message
    },
  )

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  [
    'model',
    '',
    [
      'The image volume models pulls model from a registry, although this step loads it: without a pullPolicy, Kubernetes always pulls `latest` and untagged images. Set pullPolicy: IfNotPresent, or use another tag than latest.',
    ],
  ],
  [
    'model:latest',
    'pullPolicy: Always',
    [
      'The image volume models pulls model:latest from a registry, although this step loads it: pullPolicy is Always. Set pullPolicy: IfNotPresent.',
    ],
  ],
  [
    'model:v2',
    '',
    [
      'The image volume models uses model:v2, which this step does not load. It loads model:latest, a different image to Kubernetes. Use the same name in both places.',
    ],
  ],
  [
    'Model',
    '',
    [
      'Kubernetes refuses the image "Model" of the image volume models: image names are lower case.',
    ],
  ],
  ['model', 'pullPolicy: IfNotPresent', []],
  ['$MODEL', '', []],
  ['slipway.local/model:0123456789abcdef', 'pullPolicy: Never', []],
])('an image volume of %s is judged as a container is: %s', (reference, policy, told) => {
  const { workloads } = parseManifest(
    `kind: Pod\nspec:\n  volumes:\n    - name: models\n      image: { reference: "${reference}", ${policy} }\n`,
    'k8s/a.yaml',
  )
  const loaded = { wanted: [toReference('model:latest')], images: [] }
  expect(checkImages(workloads, loaded)).toEqual(
    told.map((message) => ({ message, location: { file: 'k8s/a.yaml', line: 5 } })),
  )
})

test.each([
  ['api:dev', 'index.docker.io'],
  ['localhost:5000/api:dev', 'localhost:5000'],
  ['dev.local/api:dev', undefined],
  ['kind.local/api:dev', undefined],
  [`ghcr.io/a/api@${digest}`, undefined],
  ['ghcr.io/pushed/web:dev', undefined],
])('of %s in a Knative Service, %s is asked for the digest', (name, asked) => {
  const digestNames = [`ghcr.io/pushed/web@${digest}`]
  const given = { wanted: [toReference(name)], images: [{ digestNames }] }
  const tell = (kind: string, named: readonly string[] = []) =>
    checkImages([workloadOf([{ name: 'api', image: name }], { kind })], {
      ...given,
      named: named.map(toReference),
    }).map(({ message }) => message)
  const told = `The container api of a Knative Service uses ${name}, and Knative asks ${asked} for its digest before it makes pods: unless the image is there, too, it fails (Unable to fetch image), and it runs what is there, not what this step loads. Call the image dev.local/… in both places, or add ${asked} to registries-skipping-tag-resolving in Knative's ConfigMap config-deployment.`
  expect(tell('Service')).toEqual(asked === undefined ? [] : [told])
  expect(tell('Deployment')).toEqual([])
  // Those that images-from takes are in their registry.
  expect(tell('Service', [name, ...digestNames])).toEqual([])
})

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

  test('a pinned name counts by its digest, and by that alone where another has the tag', () => {
    const pinned = `redis:7@${digest}`
    const bare = { ...toReference(pinned), canonical: `docker.io/library/redis@${digest}` }
    const loaded = { targets: [], images: [image('redis:7')], pulls: [bare] }
    const used = ['redis:7', pinned, 'mirror.example/redis:6'].map((each) => ({ image: each }))
    expect(check(used, loaded)).toEqual([])
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
    const manifests = joinManifests([
      {
        workloads: [
          workloadOf([
            { image, asksForGpu: asks },
            { image: 'third:1', asksForGpu: true },
          ]),
        ],
        warnings: isPart ? [{ message: 'x', location: undefined }] : [],
      },
    ])
    expect(
      asksForGpu(manifests, [{ given: 'api:dev', canonical: 'docker.io/library/api:dev' }]),
    ).toBe(result)
  },
)

test('where an object whose pods are not read names the image, nobody knows whether it asks for a GPU', () => {
  const reference = toReference('api:dev')
  const workload = workloadOf([{ image: 'api:dev', line: 7 }])
  const inPod = { reference, file: workload.file, line: 7 }
  const ask = (images: Manifests['images']): boolean | undefined =>
    asksForGpu(joinManifests([{ workloads: [workload], images }]), [reference])
  expect(ask([inPod])).toBe(false)
  expect(ask([inPod, { ...inPod, line: 20 }])).toBeUndefined()
  expect(ask([inPod, { ...inPod, file: 'other.yaml' }])).toBeUndefined()
  expect(ask([inPod, { ...inPod, reference: toReference('db:1'), line: 20 }])).toBe(false)
})

describe('kubernetes#138175: an image that was loaded, and pulled all the same', () => {
  const built = { wanted: [toReference('api:dev')], images: [] }
  const say = (
    container: Partial<Container>,
    {
      minors = [35],
      secrets = false,
      accounts = [],
    }: Partial<PullFacts> & { readonly secrets?: boolean } = {},
  ): readonly string[] =>
    checkImages(
      [
        workloadOf([container], {
          namespace: 'shop',
          pulls: { hasSecrets: secrets, account: 'default' },
        }),
      ],
      built,
      { accounts, minors },
    ).map(({ message }) => message)
  const always = { image: 'api:dev', pullPolicy: 'Always' }
  const poisons =
    /Kubernetes also pulls this image for pods without these secrets.*kubernetes#138175/

  test('a pull with the secrets of the pod or of its ServiceAccount', () => {
    expect(say(always, { secrets: true })).toEqual([expect.stringMatching(poisons)])
    for (const namespace of ['shop', undefined]) {
      const accounts = [{ namespace, name: 'default' }]
      expect(say(always, { accounts })).toEqual([expect.stringMatching(poisons)])
    }
  })

  test('none without secrets, or with those of another account', () => {
    for (const accounts of [
      [],
      [{ namespace: 'shop', name: 'b' }],
      [{ namespace: 'x', name: 'default' }],
    ]) {
      expect(say(always, { accounts })).toEqual([expect.not.stringMatching(/138175/)])
    }
  })

  test('a pod with secrets that does not pull has nothing to be told', () => {
    expect(say({ image: 'api:dev' }, { secrets: true })).toEqual([])
  })

  test.each([
    [[34], /IfNotPresent\.$/],
    [[34, undefined], /IfNotPresent\.$/],
    [[34, 36], /once it has pulled, Kubernetes also/],
    [[undefined], /once it has pulled, Kubernetes 1\.35 and later also/],
    [[], /IfNotPresent\.$/],
  ])('with the versions %j', (minors, expected) => {
    expect(say(always, { secrets: true, minors })).toEqual([expect.stringMatching(expected)])
  })

  test('a pull of what may be the same from another repository, with secrets or without', () => {
    expect(say({ image: 'ghcr.io/acme/api:dev' })).toEqual([
      expect.stringMatching(/If both are the same content, Kubernetes then also pulls api:dev/),
    ])
    expect(say({ image: 'api:1' })).toEqual([expect.not.stringMatching(/138175/)])
  })
})

describe('images that are loaded because a manifest names them', () => {
  const say = (image: string, named: readonly string[], used: readonly string[] = []) => {
    const references = named.map(toReference)
    const containers = [image, ...used].map((each) => ({ name: 'main', image: each }))
    const wanted = [toReference('api:dev'), ...references]
    return checkImages([workloadOf(containers)], { wanted, images: [], named: references }).map(
      ({ message }) => message,
    )
  }

  test('one that is called nearly like a built one may not be what is meant', () => {
    expect(say('ghcr.io/acme/api:dev', ['ghcr.io/acme/api:dev'])).toEqual([
      'The container main uses ghcr.io/acme/api:dev, which images-from takes from this file. The step also loads api:dev, a different image to Kubernetes. If that is meant, use the same name in both places; else leave ghcr.io/acme/api:dev as it is.',
    ])
  })

  test('others are nothing to be told, nor are two that only manifests name', () => {
    expect(say('postgres:16', ['postgres:16'])).toEqual([])
    expect(say('a/db:1', ['a/db:1', 'b/db:1'], ['b/db:1'])).toEqual([])
    expect(say('api:dev', ['postgres:16'])).toEqual([])
  })

  test('one that pods pull all the same is told', () => {
    expect(say('postgres', ['postgres'])).toEqual([expect.stringMatching(/pulls postgres from/)])
  })
})
