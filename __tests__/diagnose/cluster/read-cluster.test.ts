import { expect, test } from 'vitest'
import { parseCluster } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { toLine } from '../../../src/text/to-line.ts'

const lines = (...rows: readonly (readonly string[])[]): string =>
  `${rows.map((fields) => fields.join('\t')).join('\n')}\n`

/** Of a container that has not ended. */
const empty = ['', '', '', '']

const podLine = ['pod', 'u1', 'default', 'api', 'kind-worker', '', '', 'then', '', 'Pending', 'no']

test('a pod is made of its lines, whatever their order', () => {
  const text = lines(
    ['status', 'u1', 'main', 'ErrImagePull', 'rpc%09error%3A+%C3%BC', 'no', 'yes', '2', ...empty],
    ['container', 'u1', 'main', 'api%3Adev', 'Always', 'yes', '50Mi'],
    ['condition', 'u1', 'PodScheduled', '2026-03-03T10%3A00%3A01Z', '0%2F1+nodes'],
    podLine,
    ['owner', 'u1', 'ReplicaSet', 'api-6d4'],
    ['volume', 'u1', 'model%3Av1', 'Never'],
  )
  expect(parseCluster(text).pods).toEqual([
    {
      namespace: 'default',
      name: 'api',
      uid: 'u1',
      owner: 'ReplicaSet/api-6d4',
      node: 'kind-worker',
      reason: undefined,
      message: undefined,
      phase: 'Pending',
      isDeleted: false,
      unschedulable: '0/1 nodes',
      createdAt: undefined,
      changedAt: '2026-03-03T10:00:01Z',
      volumeImages: [{ image: 'model:v1', pullPolicy: 'Never' }],
      containers: [
        {
          name: 'main',
          image: 'api:dev',
          pullPolicy: 'Always',
          waiting: { reason: 'ErrImagePull', message: 'rpc\terror: ü' },
          startError: '',
          isRunning: false,
          isReady: true,
          restarts: 2,
          ended: undefined,
          endedId: undefined,
          hasLivenessProbe: true,
          memoryLimit: 50 * 1024 ** 2,
          hasPodsLimit: false,
        },
      ],
    },
  ])
})

test('what was guarded and is known is quoted as Go does', () => {
  const wait = (said: string): string | undefined => {
    const status = ['status', 'u1', 'main', 'RunContainerError', said, 'no', 'no', '0', ...empty]
    const text = lines(podLine, ['container', 'u1', 'main', 'a', '', 'no', ''], status)
    return parseCluster(text).pods[0]?.containers[0]?.waiting?.message
  }
  expect(wait(String.raw`"secret \"db\" not found"`)).toBe('secret "db" not found')
  expect(wait('"/srv/modèles is not a directory"')).toBe('/srv/modèles is not a directory')
  // Unknown, or none of ours: as a line that was garbled.
  for (const said of ['~"secret"', '"', '"a"b"', String.raw`"\x41"`])
    expect(wait(said)).toBeUndefined()
})

test('a limit of the whole pod is that of containers without one', () => {
  const text = lines(
    podLine,
    ['limit', 'u1', '1Gi'],
    ['container', 'u1', 'own', 'a', '', 'no', '50Mi'],
    ['container', 'u1', 'none', 'a', '', 'no', ''],
  )
  expect(parseCluster(text).pods[0]?.containers).toMatchObject([
    { memoryLimit: 50 * 1024 ** 2, hasPodsLimit: false },
    { memoryLimit: 1024 ** 3, hasPodsLimit: true },
  ])
})

test.each([
  ['an error in words', 'Error executing template: template: output:1: nil. Printing more'],
  ['too few fields', 'pod\tu2\tdefault\tweb'],
  ['too many fields', 'pod\tu2\tdefault\tweb\tn\t\t\t\t\t\t\t'],
  ['an encoding that is none', 'pod\tu2\tdefault\tweb%\tn\t\t\t\t\t\t'],
  ['text that is not encoded', 'pod\tu2\tdefault\tw"eb\tn\t\t\t\t\t\t'],
  ['broken UTF-8', 'pod\tu2\tdefault\tweb%FF\tn\t\t\t\t\t\t'],
  ['a container without its pod', 'container\tu9\tmain\tapi\tAlways\tno\t'],
  ['an unknown word', 'constructor\tu2'],
  ['nothing', ''],
])('%s is left out, and the rest is read', (_, garbled) => {
  const text = `${garbled}\n${podLine.join('\t')}\n${garbled}`
  expect(parseCluster(text).pods.map(({ name }) => name)).toEqual(['api'])
  expect(parseCluster(garbled)).toEqual({ pods: [], events: [], nodes: [] })
})

test('since when a pod is what it is: put out, unscheduled, failed, or taken by its node', () => {
  const time = (minute: number): string => `2026-03-03T10%3A0${minute}%3A00Z`
  const pod = ['pod', 'u1', 'default', 'api', 'n', 'Evicted', '', time(1), time(2), '', 'no']
  const putOut = ['condition', 'u1', 'DisruptionTarget', time(4), '']
  const failed = ['condition', 'u1', 'Ready', time(3), '']
  const find = (...rows: readonly (readonly string[])[]) => {
    const { createdAt, changedAt } = parseCluster(lines(pod, ...rows)).pods[0] ?? {}
    return [createdAt, changedAt].map((at) => at?.slice(14, 16))
  }
  expect(find(failed, putOut)).toEqual(['01', '04'])
  expect(find(failed)).toEqual(['01', '03'])
  expect(find(failed.with(3, '?'))).toEqual(['01', '02'])
  expect(find()).toEqual(['01', '02'])
})

test('events and nodes', () => {
  const event = ['event', 'default', 'Pod', 'api', 'spec.initContainers%7Binit%7D', 'Killing']
  const time = '2026-03-03T10%3A05%3A31Z'
  expect(parseCluster(lines([...event, 'Stopping', '%3Cnil%3E', time, ''])).events).toEqual([
    {
      ...{ namespace: 'default', kind: 'Pod', name: 'api', container: 'init', reason: 'Killing' },
      ...{ message: 'Stopping', count: 1, at: '2026-03-03T10:05:31Z', node: undefined },
    },
  ])
  const undated = lines([...event, 'Stopping', '2', 'yesterday', 'kind-worker'])
  expect(parseCluster(undated).events[0]).toMatchObject({
    ...{ count: 2, at: undefined, node: 'kind-worker' },
  })
  const node = ['node', 'kind-worker', '16369224Ki']
  const trouble = ['trouble', 'kind-worker', 'DiskPressure', 'full']
  expect(parseCluster(lines(trouble, node, ['trouble', 'other', 'Ready', ''])).nodes).toEqual([
    {
      name: 'kind-worker',
      troubles: [{ type: 'DiskPressure', message: 'full' }],
      allocatableMemory: 16_762_085_376,
    },
  ])
})

test('what others wrote becomes one short line without logins', () => {
  expect(toLine('a\r\n::error::b\u0000\u001b[31m c\u2028d\u202e ')).toBe('a ::error::b [31m c d')
  expect(toLine('pull https://joe:pw@ghcr.io/x: denied')).toBe('pull https://***@ghcr.io/x: denied')
  expect(toLine('Get "https://h/b?sig=abc": no')).toBe('Get "https://h/b?...": no')
  const [ships, boats] = ['\u{1f6a2}'.repeat(200), '\u{26f5}'.repeat(200)]
  const middle = `${'\u{1f6a2}'.repeat(148)} ... ${'\u{26f5}'.repeat(148)}`
  expect(toLine(ships + boats)).toBe(middle)
})
