import { expect, test } from 'vitest'
import type { LoadedImage } from '../../../src/diagnose/cluster/loaded-image.ts'
import type { Cluster } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { findPullTroubles } from '../../../src/diagnose/cluster/pulls.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import { sentinel } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

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

const all = findPullTroubles(toFacts(badDay, loaded, new Map(), undefined))
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
      'Container main of pod default/api-7d9c5b8f4-2xkqp, and 2 more of ReplicaSet/api-7d9c5b8f4, cannot start: Kubernetes always pulls untagged and :latest images, also api, which this job loaded',
    remedy:
      'Set imagePullPolicy: IfNotPresent, or name the image by its content: api:sha-0123456789ab.',
    ...{ namespace: 'default', node: 'kind-worker', container: 'main', image: 'api' },
  })
  expect(all.filter(({ image }) => image === 'api').length).toBe(1)
})

test.each([
  [
    'front',
    'pull-policy',
    /always pulls untagged and :latest images, also front:latest/,
    /IfNotPresent, or name/,
  ],
  [
    'db-0',
    'pull-policy',
    /its imagePullPolicy is Always, so the kubelet pulls db:dev/,
    /AlwaysPullImages/,
  ],
  ['web-0', 'image-pull', /this job loaded web:dev, not web:v3 \(another tag/, /say web:dev/],
  [
    'queue',
    'image-pull',
    /loaded queue:dev, not \S+ \(another registry/,
    /say queue:dev.*IfNotPresent, too/,
  ],
  [
    'migrate',
    'image-pull',
    /loaded migrations:dev, not \S+ \(almost the same spelling/,
    /migrations:dev/,
  ],
  [
    'reports',
    'image-pull',
    /lacks reports:1, which imagePullPolicy Never forbids to pull/,
    /^Load reports:1/,
  ],
  ['cache', 'image-pull', /loaded cache:dev into kind-worker, not into its node$/, /input nodes/],
  ['redis', 'image-pull', /did not load redis:7.9, and the node cannot pull it$/, /registry/],
  [
    'shouty',
    'image-pull',
    /Front:dev is not an image name .*lower case\); this job loaded front:dev$/,
    /front:dev/,
  ],
  ['staged', 'image-pull', /^Container wait-for-db .* did not load wait:1/, /^Load wait:1/],
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

test('a container that mounts an image waits for that one, where the kubelet names it', () => {
  expect(of('mounting')).toMatchObject({
    ...{ kind: 'image-pull', container: 'main', image: 'acme/model:v3' },
    cause: expect.stringMatching(/main of .* did not load acme\/model:v3, and the node cannot/),
  })
  const [pod] = badDay.pods.filter(({ name }) => name === 'mounting')
  const [container] = pod?.containers ?? []
  if (pod === undefined || container === undefined) throw new Error('no pod')
  const waits = (
    message: string,
    volume: Partial<(typeof pod.volumeImages)[number]> = {},
  ): Finding | undefined => {
    const waiting = { reason: 'ErrImagePull', message }
    const volumeImages = pod.volumeImages.map((each) => ({ ...each, ...volume }))
    const pods = [{ ...pod, volumeImages, containers: [{ ...container, waiting }] }]
    return findPullTroubles(toFacts({ ...badDay, pods }, loaded, new Map(), undefined))[0]
  }
  const bare = 'image pull failed for web:dev because the registry is unavailable'
  expect(waits(bare, { image: 'web:dev', pullPolicy: 'Always' })).toMatchObject({
    ...{ kind: 'pull-policy', image: 'web:dev' },
    cause: expect.stringContaining(': its pullPolicy is Always'),
    remedy:
      'Set pullPolicy: IfNotPresent. If no manifest says Always, the admission plugin AlwaysPullImages set it.',
  })
  const other = 'Container image "models:9" is not present with pull policy of Never'
  expect(waits(other, { image: 'models:9', pullPolicy: 'Never' })).toMatchObject({
    cause: expect.stringContaining('which pullPolicy Never forbids to pull'),
    remedy: 'Load models:9 in this job, or set pullPolicy: IfNotPresent if a registry has it.',
  })
  expect(waits('pulling "models:9"', { image: 'models:9', pullPolicy: 'Always' })?.remedy).toMatch(
    / Set pullPolicy: IfNotPresent, too/,
  )
  expect(waits('Container image "front:dev" is not present')?.image).toBe('front:dev')
  expect(waits('pull QPS exceeded')?.image).toBe('front:dev')
  const unknown = { image: 'slipway.local/models:0123456789abcdef' }
  expect(
    waits('failed to pull and unpack image "slipway.local/models:0123456789abcdef"', unknown),
  ).toMatchObject({
    cause: expect.stringContaining('its node has no files image slipway.local/models:'),
    remedy: expect.stringContaining('output volumes'),
  })
})

test.each([
  [
    'failed to extract layer sha256:1: write /var/lib/containerd/x: no space left on device: unknown',
    /redis:7\.9, and its node has no space left for it$/,
    /free-disk/,
  ],
  [
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/library/redis/manifests/7.9: 429 Too Many Requests',
    /redis:7\.9, and its registry lets the node pull no more for now$/,
    /^Load redis:7\.9 in this job.*registry-mirrors/,
  ],
  [
    'failed to do request: Head "https://r:5000/v2/redis/manifests/7.9": http: server gave HTTP response to HTTPS client',
    /redis:7\.9, and the node does not trust its registry's certificate, or that speaks no TLS$/,
    /hosts\.toml/,
  ],
  [
    'failed to do request: Head "https://r/v2/redis/manifests/7.9": dial tcp: lookup r: no such host',
    /redis:7\.9, and the node does not reach its registry$/,
    /DNS/,
  ],
  [
    'rpc error: code = Canceled desc = context canceled',
    /node cannot pull it$/,
    /imagePullSecrets/,
  ],
])('why a node cannot pull what was not loaded: %s', (message, cause, remedy) => {
  const { pods, ...rest } = waitFor('redis:7.9')
  const waiting = { reason: 'ErrImagePull', message }
  const refused = pods.map((pod) => ({
    ...pod,
    containers: pod.containers.map((container) => ({ ...container, waiting })),
  }))
  const facts = toFacts({ ...rest, pods: refused }, loaded, new Map(), undefined)
  const [finding] = findPullTroubles(facts)
  expect(finding?.cause).toMatch(cause)
  expect(finding?.remedy).toMatch(remedy)
})

test('what does not wait for an image is no finding', () => {
  const waiting = ['broken', 'hungry', 'crashing', 'huge', 'batch-5f7c9d6b9-4kq2n', 'logs']
  expect(all.filter(({ pod }) => waiting.includes(pod ?? ''))).toEqual([])
})

test('names compare as containerd has them', () => {
  const find = (image: string): Finding | undefined =>
    findPullTroubles(toFacts(waitFor(image), loaded, new Map(), undefined))[0]
  for (const image of ['db:dev', 'docker.io/db:dev', 'index.docker.io/library/db:dev']) {
    expect(find(image)?.cause).toContain(`its node lacked ${image} when`)
  }
  expect(find('localhost:5000/db:dev')?.cause).toContain('(another registry')
  expect(find(`db:dev@sha256:${'1'.repeat(64)}`)?.cause).toContain('(another tag or digest)')
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
  const cause = findPullTroubles(toFacts(waitFor(image), loaded, new Map(), undefined))[0]?.cause
  if (nearest === undefined)
    expect(cause).toContain(`this job did not load ${image}, and the node cannot pull it`)
  else expect(cause).toContain(`this job loaded ${nearest}, not ${image}`)
})

test('a node that has the image by now had it too late', () => {
  const has = new Map([['kind-worker', ['docker.io/library/db:dev']]])
  const [late] = findPullTroubles(toFacts(waitFor('db:dev'), loaded, has, undefined))
  expect(late).toMatchObject({ kind: 'image-pull', certainty: 'likely' })
  expect(late?.cause).toContain('before its node had db:dev')
  // What else it may be, where it stays so.
  expect(late?.remedy).toMatch(/^Load images before.*Kubernetes 1\.35 or later.*kubernetes#138175/)
  const [always] = findPullTroubles(toFacts(waitFor('db:dev', 'Always'), loaded, has, undefined))
  expect(always?.kind).toBe('pull-policy')
})

test('a node that had the image has it no more; of several steps that loaded it all count', () => {
  const find = (images: readonly LoadedImage[]): Finding | undefined =>
    findPullTroubles(
      toFacts(waitFor('db:dev'), images, new Map([['kind-worker', []]]), undefined),
    )[0]
  const image = load('db:dev')
  const elsewhere = { ...image, nodes: ['kind-worker2'] }
  for (const images of [[image], [elsewhere, image]]) {
    expect(find(images)?.cause).toMatch(/does not have it any more$/)
    expect(find(images)?.remedy).toMatch(/^Load it again/)
  }
  const [unknown] = findPullTroubles(toFacts(waitFor('db:dev'), [image], new Map(), undefined))
  expect(unknown).toMatchObject({ certainty: 'likely' })
  expect(unknown?.cause).toContain('lacked db:dev when the kubelet looked')
  expect(find([elsewhere])?.cause).toMatch(/loaded db:dev into kind-worker2, not into its node$/)
  expect(find([{ ...image, nodes: [] }])?.cause).toMatch(/into no node, not into its node$/)
})

test('a job that loaded nothing still says what waits', () => {
  expect(
    findPullTroubles(toFacts(badDay, [], new Map(), undefined)).every(
      ({ cause }) => !cause.includes('undefined'),
    ),
  ).toBe(true)
  expect(
    findPullTroubles(toFacts(waitFor('db:dev'), [], new Map(), undefined))[0]?.cause,
  ).toContain('this job did not load db:dev')
})
