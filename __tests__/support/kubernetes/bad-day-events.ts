import { lowDisk, noMemory } from './bad-day-pods.ts'
import { badStartEvents } from './bad-starts.ts'
import { eventOf, nodeOf } from './make-others.ts'
import { at, sentinel } from './make-pods.ts'
import type { ApiEvent, ApiNode } from './types.ts'

const collected =
  'Failed to garbage collect required amount of images. Attempted to free 6238860902 bytes, but only found 600245899 bytes eligible to free.'
const timedOut = `Get "http://10.244.1.7:8080/healthz?token=${sentinel}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`
const statusCode = 'Startup probe failed: HTTP probe failed with statuscode: 503'
const commandLate = `Liveness probe failed: command timed out: "sh -c check ${sentinel}" timed out after 1s`
const restarted = (probe: string): string =>
  `Container main failed ${probe} probe, will be restarted`

/** As the scheduler writes it, through the newer API for events. */
const series = { count: 4, lastObservedTime: '2026-03-03T10:08:01.102938Z' }

/** What kubelets write of pulls, newer and older ones. */
const pulled = (name: string, rest: string): string =>
  `Successfully pulled image "${name}" in ${rest}`
export const present = 'Container image "api:dev" already present on machine'

export const events: readonly ApiEvent[] = [
  ...badStartEvents,
  eventOf('slow/main', 'Unhealthy', `Liveness probe failed: ${timedOut}`, at('05:31'), 6),
  eventOf('slow/main', 'Killing', restarted('liveness'), at('05:31'), 2),
  eventOf('sleepy/main', 'Unhealthy', statusCode, at('05:49'), 3),
  eventOf('sleepy/main', 'Killing', restarted('startup'), at('05:49')),
  eventOf('obedient/main', 'Unhealthy', `Liveness probe failed: ${sentinel}\n`, at('06:39'), 3),
  eventOf('obedient/main', 'Killing', restarted('liveness'), at('06:39')),
  eventOf('aged/main', 'Unhealthy', commandLate, at('06:45'), 12),
  eventOf('crashing/main', 'BackOff', 'Back-off restarting failed container main', at('08:03'), 9),
  eventOf('stubborn/main', 'Killing', 'Stopping container main', at('07:01')),
  eventOf('logs/', 'Evicted', lowDisk, at('04:00')),
  eventOf('gone/', 'Evicted', lowDisk, at('04:02')),
  eventOf(
    'kind-worker',
    'NodeHasDiskPressure',
    'Node kind-worker status is now: NodeHasDiskPressure',
    at('03:50'),
  ),
  eventOf(
    'kind-worker',
    'EvictionThresholdMet',
    'Attempting to reclaim ephemeral-storage',
    at('04:10'),
    7,
  ),
  eventOf('kind-worker', 'FreeDiskSpaceFailed', collected, at('04:15'), 2),
  eventOf('kind-worker', 'ImageGCFailed', collected, at('04:15')),
  eventOf(
    'kind-control-plane',
    'NodeHasInsufficientPID',
    'Node kind-control-plane status is now: NodeHasInsufficientPID',
    at('02:00'),
  ),
  eventOf(
    'db/main',
    'Pulled',
    pulled('postgres:16.4', '1m2.5s (1m3.25s including waiting). Image size: 161000000 bytes.'),
    at('09:30'),
  ),
  eventOf('web/main', 'Pulled', pulled('redis:latest', '850ms'), at('09:31')),
  eventOf('api/main', 'Pulled', present, at('09:32')),
  {
    ...eventOf('huge/', 'FailedScheduling', noMemory, at('00:02')),
    lastTimestamp: null,
    series,
  },
]

export const nodes: readonly ApiNode[] = [
  nodeOf('kind-control-plane'),
  nodeOf('kind-worker', 'DiskPressure'),
  nodeOf('kind-worker2', 'MemoryPressure', 'Ready'),
]
