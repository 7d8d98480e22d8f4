import pRetry from 'p-retry'
import type { Docker } from '../docker/docker.ts'
import { withoutWarnings } from '../docker/warnings.ts'
import type { Failure } from '../failure.ts'
import { splitLines } from '../host/lines.ts'
import { runStreaming } from '../host/process.ts'
import type { ImageReference } from '../image/reference.ts'
import { type Refusal, toRefusal } from './refusal.ts'

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

/** A refusal that may be over in a moment. */
class Passing extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.said)
    this.refusal = refusal
  }
}

/** What is tried again: three times, a little later each. */
export type Patience = { readonly pauseMs: number }

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
  { pauseMs }: Patience = { pauseMs: 2_000 },
): Promise<void> => {
  try {
    await pRetry(
      async () => {
        const refusal = await pullOnce(docker, reference, line)
        signal.throwIfAborted()
        if (refusal?.kind === 'passing') throw new Passing(refusal)
        if (refusal !== undefined) throw await explain(refusal)
      },
      {
        retries: 3,
        minTimeout: pauseMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => error instanceof Passing,
        onFailedAttempt: ({ error, retriesLeft }) => {
          if (error instanceof Passing && retriesLeft > 0)
            line(`Pull ${reference.given}: ${error.message}. Trying again.`)
        },
      },
    )
  } catch (error) {
    throw error instanceof Passing ? await explain(error.refusal) : error
  }
}
