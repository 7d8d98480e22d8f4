import { expect, test } from 'vitest'
import type { NodeNow } from '../../../src/diagnose/nodes/gather-nodes.ts'
import { findByContainerd } from '../../../src/diagnose/oom-kills/unlogged.ts'

const id = '0123456789abcdef'.repeat(4)

test.each([
  [137, `Container ${id} was OOM-killed`],
  [0, `Container ${id} lost a process to an OOM kill before it ended with exit code 0`],
])('a container that containerd calls OOMKilled, with exit code %i', (exitCode, cause) => {
  const ended = [{ id, exitCode, reason: 'OOMKilled', at: '2026-03-03T10:05:02Z' }]
  const node = { name: 'kind-worker', report: { ended } } as unknown as NodeNow
  expect(findByContainerd(node, [], 0, () => false)).toMatchObject([{ cause, containerId: id }])
})
