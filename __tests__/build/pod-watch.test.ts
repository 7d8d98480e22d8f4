import { expect, test } from 'vitest'
import { watchPods } from '../../src/build/pod-watch.ts'

const podOf = (uid: string, restartCount = 0, phase = 'Running') => ({
  metadata: { name: `pod-${uid}`, uid },
  status: { phase, containerStatuses: [{ restartCount }] },
})

type Pod = ReturnType<typeof podOf>

/** A cluster whose pods are set, and that asks nobody. */
const startWatch = (first: readonly Pod[] | undefined) => {
  let pods = first
  const get = async (path: string) =>
    path.includes('/events?') ? { items: [] } : pods && { items: pods }
  const kubectl = { get: get as <T>() => Promise<T | undefined>, remove: async () => undefined }
  const { findEnd } = watchPods({ kubectl, namespace: 'ci', runId: '0123456789abcdef' })()
  return {
    findEnd: async (next: readonly Pod[] | undefined) => {
      // What the build began with has been asked for.
      await Promise.resolve()
      pods = next
      return (await findEnd())?.what
    },
  }
}

test('the pod is there, and one more', async () => {
  const { findEnd } = startWatch([podOf('a')])
  expect(await findEnd([podOf('a'), podOf('b')])).toBeUndefined()
})

test('another one is there instead', async () => {
  const { findEnd } = startWatch([podOf('a')])
  expect(await findEnd([podOf('b')])).toBe("the builder's pod pod-a went away: it was deleted")
})

test('its container began anew', async () => {
  const { findEnd } = startWatch([podOf('a')])
  expect(await findEnd([podOf('a', 1)])).toBe(
    "the builder's pod pod-a went away: its container began anew",
  )
})

test('of several one is still there, which may be the one', async () => {
  const { findEnd } = startWatch([podOf('a'), podOf('b')])
  expect(await findEnd([podOf('b'), podOf('c')])).toBeUndefined()
  expect(await findEnd([podOf('c')])).toMatch(/^the builder's pod pod-a went away/)
})

test('one that came after the build had begun', async () => {
  const { findEnd } = startWatch([podOf('a', 0, 'Pending')])
  expect(await findEnd([podOf('a')])).toBeUndefined()
  expect(await findEnd([])).toMatch(/^the builder's pod pod-a went away/)
})

test('who gets no answer says nothing', async () => {
  const { findEnd } = startWatch([podOf('a')])
  expect(await findEnd(undefined)).toBeUndefined()
  expect(await startWatch(undefined).findEnd([])).toBeUndefined()
})
