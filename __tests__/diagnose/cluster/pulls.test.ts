import { expect, test } from 'vitest'
import type { Cluster, LoadedImage } from '../../../src/diagnose/cluster/cluster.ts'
import { findPullTroubles } from '../../../src/diagnose/cluster/pulls.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import { sentinel } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'

const load = (given: string): LoadedImage => {
  const reference = parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  const immutable = `${given.replace(/:[^/]*$/, '')}:sha-0123456789ab`
  return {
    given,
    canonical: reference.canonical,
    immutable,
    id: 'sha256:1',
    nodes: ['kind-worker'],
  }
}

const loaded = ['api', 'front:latest', 'front:dev', 'db:dev', 'web:dev', 'queue:dev']
  .concat('migrations:dev', 'cache:dev')
  .map(load)

const all = findPullTroubles(badDay, loaded, new Map(), undefined)
const of = (pod: string): Finding => {
  const found = all.filter((finding) => finding.pod === pod)
  expect(found.length).toBe(1)
  return found[0] as Finding
}

/** One container that waits. */
const waitFor = (
  image: string,
  pullPolicy: 'Always' | 'IfNotPresent' = 'IfNotPresent',
): Cluster => {
  const pod = badDay.pods.find(({ name }) => name === 'redis')
  const container = pod?.containers[0]
  if (pod === undefined || container === undefined) throw new Error('no pod')
  return { ...badDay, pods: [{ ...pod, containers: [{ ...container, image, pullPolicy }] }] }
}

test('an image without a tag is pulled in spite of the load; replicas make one finding', () => {
  expect(of('api-7d9c5b8f4-2xkqp')).toMatchObject({
    kind: 'pull-policy',
    certainty: 'certain',
    cause:
      'The container main of the pod default/api-7d9c5b8f4-2xkqp, and 2 more of ReplicaSet/api-7d9c5b8f4, cannot start: this job loaded api, but without a tag Kubernetes takes :latest and asks a registry each time (imagePullPolicy Always)',
    remedy:
      'Set imagePullPolicy: IfNotPresent, or name the image by its content: api:sha-0123456789ab.',
    ...{ namespace: 'default', node: 'kind-worker', container: 'main', image: 'api' },
  })
  expect(all.filter(({ image }) => image === 'api').length).toBe(1)
})

test.each([
  ['front', 'pull-policy', /with the tag :latest Kubernetes asks/, /IfNotPresent, or name/],
  ['db-0', 'pull-policy', /its imagePullPolicy is Always/, /AlwaysPullImages/],
  ['web-0', 'image-pull', /web:v3 was not loaded .* web:dev was, with another tag/, /say web:dev/],
  [
    'queue',
    'image-pull',
    /queue:dev was, from another registry/,
    /say queue:dev.*IfNotPresent, too/,
  ],
  [
    'migrate',
    'image-pull',
    /migrations:dev was, with a name that is spelt almost/,
    /migrations:dev/,
  ],
  ['reports', 'image-pull', /does not have reports:1, imagePullPolicy Never/, /^Load reports:1/],
  [
    'cache',
    'image-pull',
    /loaded cache:dev, but .* have it: it was loaded into kind-worker$/,
    /input nodes/,
  ],
  ['redis', 'image-pull', /redis:7.9 was not loaded by this job and cannot be pulled/, /registry/],
  [
    'shouty',
    'image-pull',
    /Front:dev is no name .*lower case; this job loaded front:dev/,
    /front:dev/,
  ],
  ['staged', 'image-pull', /container wait-for-db .* wait:1 was not loaded/, /^Load wait:1/],
])('%s: %s', (pod, kind, cause, remedy) => {
  const finding = of(pod)
  expect(finding).toMatchObject({ kind, namespace: 'default' })
  expect(finding.cause).toMatch(cause)
  expect(finding.remedy).toMatch(remedy)
})

test("the kubelet's words are evidence, in one short line and without secrets", () => {
  expect(of('reports').evidence).toEqual([
    'ErrImageNeverPull: Container image "reports:1" is not present with pull policy of Never',
  ])
  expect(of('queue').evidence[0]).toMatch(/^ErrImagePull: .*token\?\.\.\. 401 Unauthorized$/)
  expect(JSON.stringify(all)).not.toContain(sentinel)
})

test('what does not wait for an image is no finding', () => {
  const waiting = ['broken', 'hungry', 'crashing', 'huge', 'batch-5f7c9d6b9-4kq2n', 'logs']
  expect(all.filter(({ pod }) => waiting.includes(pod ?? ''))).toEqual([])
})

test('names compare as containerd has them', () => {
  const find = (image: string): Finding | undefined =>
    findPullTroubles(waitFor(image), loaded, new Map(), undefined)[0]
  for (const image of ['db:dev', 'docker.io/db:dev', 'index.docker.io/library/db:dev']) {
    expect(find(image)?.cause).toContain('its node did not have')
  }
  expect(find('localhost:5000/db:dev')?.cause).toContain('from another registry')
  expect(find(`db:dev@sha256:${'1'.repeat(64)}`)?.cause).toContain('with another tag or digest')
})

test.each([
  [
    'of several tags of a repository any is nearer than another repository',
    'acme/web:dev',
    'web:dev',
  ],
  ['of several with the same last part that with the same tag', 'ghcr.io/x/front:dev', 'front:dev'],
  ['short names are not misspelt, they are others', 'dc:dev', undefined],
  ['neither are names with more than two slips', 'mixratoonz:dev', undefined],
])('%s', (_, image, nearest) => {
  const cause = findPullTroubles(waitFor(image), loaded, new Map(), undefined)[0]?.cause
  if (nearest === undefined)
    expect(cause).toContain('was not loaded by this job and cannot be pulled')
  else expect(cause).toContain(`but ${nearest} was`)
})

test('a node that has the image by now had it too late', () => {
  const has = new Map([['kind-worker', ['docker.io/library/db:dev']]])
  const [late] = findPullTroubles(waitFor('db:dev'), loaded, has, undefined)
  expect(late).toMatchObject({ kind: 'image-pull', certainty: 'likely' })
  expect(late?.cause).toContain('before its node had db:dev')
  const [always] = findPullTroubles(waitFor('db:dev', 'Always'), loaded, has, undefined)
  expect(always?.kind).toBe('pull-policy')
})

test('a node that had the image has it no more; of several steps that loaded it all count', () => {
  const find = (images: readonly LoadedImage[]): Finding | undefined =>
    findPullTroubles(waitFor('db:dev'), images, new Map([['kind-worker', []]]), undefined)[0]
  const image = load('db:dev')
  const elsewhere = { ...image, nodes: ['kind-worker2'] }
  for (const images of [[image], [elsewhere, image]]) {
    expect(find(images)?.cause).toMatch(/does not have it any more$/)
    expect(find(images)?.remedy).toMatch(/^Load it again/)
  }
  const [unknown] = findPullTroubles(waitFor('db:dev'), [image], new Map(), undefined)
  expect(unknown).toMatchObject({ certainty: 'likely' })
  expect(unknown?.cause).toContain('did not have db:dev when it looked')
  expect(find([elsewhere])?.cause).toMatch(/have it: it was loaded into kind-worker2$/)
  expect(find([{ ...image, nodes: [] }])?.cause).toMatch(/into no node$/)
})

test('a job that loaded nothing still says what waits', () => {
  expect(
    findPullTroubles(badDay, [], new Map(), undefined).every(
      ({ cause }) => !cause.includes('undefined'),
    ),
  ).toBe(true)
  expect(findPullTroubles(waitFor('db:dev'), [], new Map(), undefined)[0]?.cause).toContain(
    'was not loaded by this job',
  )
})
