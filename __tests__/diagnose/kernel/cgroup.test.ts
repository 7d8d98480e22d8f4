import { describe, expect, test } from 'vitest'
import { parseCgroup, toLimit } from '../../../src/diagnose/kernel/cgroup.ts'

const [node, container, uid] = [
  'a'.repeat(64),
  '1'.repeat(64),
  '0d3f1c5e-1111-4222-8333-444455556666',
]
const slices =
  'kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod'
/** Of a container in a pod, as the cgroup drivers `cgroupfs` and `systemd` name it. */
const v1 = `/docker/${node}/kubelet/kubepods/burstable/pod${uid}/${container}`
const v2 = `/system.slice/docker-${node}.scope/${slices}${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`

describe('where a cgroup is', () => {
  test.each([v1, v2, `/kubepods/pod${container}${v1}`])(
    'container in pod in node: %s',
    (cgroup) => {
      const place = { nodeId: node, podUid: uid, containerId: container }
      expect(parseCgroup(cgroup, ['b'.repeat(64), node])).toEqual(place)
    },
  )

  test.each([
    [undefined, undefined],
    ['/', undefined],
    ['/system.slice/runner.service', undefined],
    [`/docker/${container}`, undefined],
    [`/docker/${node}/init.scope`, { nodeId: node }],
    [`/docker/${node}/kubelet/kubepods/pod${uid}`, { nodeId: node, podUid: uid }],
    [
      `/docker/${node}/kubelet/podffffffffffffffffffffffffffffffff/x`,
      { nodeId: node, podUid: 'f'.repeat(32) },
    ],
  ])('%s', (cgroup, place) => {
    expect(parseCgroup(cgroup, [node])).toEqual(place && expect.objectContaining(place))
  })

  test.each([
    ['container', v1],
    ['container', v2],
    ['pod', v1.slice(0, v1.lastIndexOf('/'))],
    ['pod', v2.slice(0, v2.lastIndexOf('/'))],
    ['node', `/docker/${node}`],
    ['node', `/system.slice/docker-${node}.scope`],
    ['kubelet', `/docker/${node}/kubelet/kubepods`],
    ['kubelet', `/docker/${node}/kubelet.slice/kubelet-kubepods.slice`],
    ['above', '/docker'],
    ['above', '/actions_job'],
    ['machine', '/'],
    ['unknown', undefined],
  ] as const)('limit of the %s: %s', (limit, limitCgroup) => {
    expect(toLimit({ isOfMachine: false, limitCgroup }, [node])).toBe(limit)
  })
})
