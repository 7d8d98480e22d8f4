import { expect, test } from 'vitest'
import type { Pod, PodEvent } from '../../src/kubernetes/pods.ts'
import { explainGone, findTrouble } from '../../src/kubernetes/trouble.ts'

const node = 'slipway-0123456789abcdef0'
const name = `${node}-7d9c5b8f4-x`

const podOf = (status: Pod['status']): Pod => ({
  metadata: { name, uid: '1' },
  ...(status !== undefined && { status }),
})

const waiting = (reason: string, message = '', more = {}): Pod =>
  podOf({
    phase: reason === 'CrashLoopBackOff' ? 'Running' : 'Pending',
    containerStatuses: [{ state: { waiting: { reason, message } }, ...more }],
  })

const eventOf = (about: string, reason: string, message: string, lastTimestamp = ''): PodEvent => ({
  involvedObject: { name: about },
  ...{ reason, message, lastTimestamp },
})

const denied =
  'Failed to pull image "a:1": failed to resolve reference "a:1": pull access denied, repository does not exist'

test.each<readonly [string, readonly Pod[], readonly PodEvent[], string, boolean]>([
  [
    'a scheduler, in the words of its last event',
    [
      podOf({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: 'old' }],
      }),
    ],
    [
      eventOf(name, 'FailedScheduling', 'late', '2026-01-01T00:00:02Z'),
      eventOf(name, 'FailedScheduling', 'early', '2026-01-01T00:00:01Z'),
      eventOf('another', 'FailedScheduling', 'other', '2026-01-01T00:00:03Z'),
    ],
    `pod ${name} is not scheduled: late`,
    false,
  ],
  [
    'an image that nobody gives, as the event says it',
    [waiting('ImagePullBackOff', 'Back-off pulling image "a:1"')],
    [eventOf(name, 'Failed', denied)],
    `the image of pod ${name} cannot be pulled: ${denied}`,
    true,
  ],
  [
    'an image that nobody gives, and the events that a kubelet records after the reason',
    [waiting('ImagePullBackOff', 'Back-off pulling image "a:1"')],
    [
      eventOf(name, 'Failed', denied, '2026-01-01T00:00:01Z'),
      eventOf(name, 'Failed', 'Error: ErrImagePull', '2026-01-01T00:00:01Z'),
      eventOf(name, 'Failed', 'Error: ImagePullBackOff', '2026-01-01T00:00:02Z'),
    ],
    `the image of pod ${name} cannot be pulled: ${denied}`,
    true,
  ],
  [
    'an image that nobody gives, whose reason is no event any more',
    [waiting('ImagePullBackOff', 'Back-off pulling image "a:1": ErrImagePull: a:1: not found')],
    [eventOf(name, 'Failed', 'Error: ImagePullBackOff')],
    `the image of pod ${name} cannot be pulled: Back-off pulling image "a:1": ErrImagePull: a:1: not found`,
    true,
  ],
  [
    'an image that nobody gives, as the pod alone says it',
    [waiting('ImagePullBackOff', 'Back-off pulling image "a:1": ErrImagePull: a:1: not found')],
    [eventOf(name, 'Failed', 'Failed to pull image "a:1": i/o timeout')],
    `the image of pod ${name} cannot be pulled: Failed to pull image "a:1": i/o timeout`,
    true,
  ],
  [
    'an image, for the first time',
    [waiting('ErrImagePull', denied)],
    [],
    `the image of pod ${name} cannot be pulled: ${denied}`,
    false,
  ],
  [
    'a name that is none',
    [waiting('InvalidImageName', 'invalid reference format')],
    [],
    `pod ${name} waits: InvalidImageName, invalid reference format`,
    true,
  ],
  [
    'a crash',
    [
      waiting('CrashLoopBackOff', 'back-off 10s', {
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      }),
    ],
    [],
    `pod ${name} waits: CrashLoopBackOff, OOMKilled with exit code 137, back-off 10s`,
    false,
  ],
  [
    'a volume',
    [waiting('ContainerCreating')],
    [eventOf(name, 'FailedMount', 'Unable to attach or mount volumes')],
    `pod ${name} does not start: Unable to attach or mount volumes`,
    false,
  ],
  [
    'a probe',
    [podOf({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] })],
    [eventOf(name, 'Unhealthy', 'Readiness probe failed: no such worker')],
    `pod ${name} is not ready: Readiness probe failed: no such worker`,
    false,
  ],
  [
    'an eviction',
    [
      podOf({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
      }),
    ],
    [],
    `pod ${name} failed: Evicted: The node was low on resource: memory.`,
    false,
  ],
  [
    'a quota',
    [],
    [eventOf(`${node}-7d9c5b8f4`, 'FailedCreate', 'Error creating: exceeded quota: ci')],
    'Kubernetes makes no pod: Error creating: exceeded quota: ci',
    false,
  ],
  [
    'a policy',
    [],
    [eventOf(node, 'FailedCreate', 'pods "a" is forbidden: violates PodSecurity "restricted"')],
    'Kubernetes makes no pod: pods "a" is forbidden: violates PodSecurity "restricted"',
    true,
  ],
])('%s', (_, pods, events, text, isFinal) => {
  expect(findTrouble(pods, events, node)).toEqual({ text, isFinal })
})

test.each<readonly [string, readonly Pod[], readonly PodEvent[]]>([
  ['nothing yet', [], [eventOf('another', 'FailedCreate', 'exceeded quota')]],
  ['a pull that goes on', [waiting('ContainerCreating')], []],
  [
    'a pod that is ready',
    [podOf({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })],
    [eventOf(name, 'Unhealthy', 'probe')],
  ],
  ['an answer that says nothing', [{}, { status: {} }], [{}]],
])('no trouble: %s', (_, pods, events) => {
  expect(findTrouble(pods, events, node)).toBeUndefined()
})

test('what became of a pod', () => {
  const ended = { state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }
  expect(explainGone(name, [podOf({ containerStatuses: [ended] })], [])).toBe(
    'OOMKilled with exit code 137',
  )
  expect(explainGone(name, [podOf({ message: 'The node was low\non disk' })], [])).toBe(
    'The node was low on disk',
  )
  expect(
    explainGone(name, [], [eventOf(name, 'TaintManagerEviction', 'Marking for deletion')]),
  ).toBe('Marking for deletion')
  expect(explainGone(name, [], [])).toBe('it was deleted')
  expect(explainGone(name, [podOf({})], [])).toBe('its container began anew')
})
