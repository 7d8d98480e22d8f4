import { setTimeout as delay } from 'node:timers/promises'
import type { Docker } from '../docker/docker.ts'
import { withoutWarnings } from '../docker/warnings.ts'
import type { Failure } from '../failure.ts'
import { splitLines } from '../host/lines.ts'
import { runStreaming } from '../host/process.ts'
import type { ImageReference } from '../image/reference.ts'
import { mayPass, type Refusal, toRefusal } from '../image/refusal.ts'
import { toPlace } from '../image/sources/registry/conversation.ts'
import { formatDuration } from '../text/format.ts'

/** Gigabytes from a slow registry. */
const timeoutMs = 30 * 60_000

const progressMs = 5_000

/** What the command says of a layer when there is no terminal: `0123456789ab: Pull complete`. */
const layerPattern = /^([0-9a-f]{12}): (.{1,60})$/

/** Tells now and then how many layers are there. */
const createLayerCount = (name: string, line: (text: string) => void) => {
  const layers = new Map<string, boolean>()
  let lastTold = performance.now()
  return (text: string): void => {
    const [, layer, state = ''] = layerPattern.exec(text) ?? []
    if (layer === undefined || (layers.size > 500 && !layers.has(layer))) return
    layers.set(layer, /^(?:Pull complete|Already exists)$/.test(state))
    if (performance.now() - lastTold < progressMs) return
    lastTold = performance.now()
    const done = [...layers.values()].filter(Boolean).length
    line(`Pull ${name}: ${done} of ${layers.size} layers`)
  }
}

/** Docker's own command finds logins, helpers and contexts. */
export const pullOnce = async (
  docker: Docker,
  { given, canonical }: ImageReference,
  line: (text: string) => void,
): Promise<Refusal | undefined> => {
  const count = createLayerCount(given, line)
  const said: string[] = []
  // What this variable asks for may be nothing that the nodes can run.
  const env = { DOCKER_DEFAULT_PLATFORM: '' }
  const command = docker.command(['pull', canonical], { timeoutMs, env })
  const { code, timedOut } = await runStreaming(command, {
    stdout: (stream) => splitLines(stream, count),
    stderr: (stream) =>
      splitLines(stream, (text) => {
        said.push(text.slice(0, 2_000))
        if (said.length > 50) said.shift()
      }),
  })
  if (code === 0) return undefined
  if (timedOut) return { kind: 'passing', said: 'no end within half an hour' }
  return toRefusal(withoutWarnings(said.join('\n')))
}

/** How long to wait before a pull is tried again: for a registry's trouble, longer each time, and for its limit. */
export type Patience = { readonly pauseMs: number; readonly limitPauseMs: number }

const usualPatience: Patience = { pauseMs: 2_000, limitPauseMs: 15_000 }

const retries = 3

/** With jitter, so that pulls which failed together do not come back together. */
const toPauseMs = ({ kind }: Refusal, tried: number, patience: Patience): number =>
  (kind === 'rate-limit' ? patience.limitPauseMs : patience.pauseMs * 2 ** tried) *
  (1 + Math.random())

/**
 * Has Docker pull an image, again where that may help.
 *
 * @param explain says what a refusal means, and may ask the registry for that
 * @throws {Failure} as `explain` has it
 */
export const pullImage = async (
  docker: Docker,
  reference: ImageReference,
  line: (text: string) => void,
  explain: (refusal: Refusal) => Promise<Failure>,
  signal: AbortSignal,
  patience = usualPatience,
): Promise<void> => {
  const { domain } = toPlace(reference.canonical)
  for (let tried = 0; ; tried += 1) {
    const refusal = await pullOnce(docker, reference, line)
    signal.throwIfAborted()
    if (refusal === undefined) return
    if (tried === retries || !mayPass(refusal, domain)) throw await explain(refusal)
    const pauseMs = toPauseMs(refusal, tried, patience)
    line(`Pull ${reference.given}: ${refusal.said}. Trying again in ${formatDuration(pauseMs)}.`)
    await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
