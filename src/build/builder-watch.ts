import { Failure, type Transient } from '../failure.ts'
import { toLine } from '../text/to-line.ts'
import type { BuildEvent, OnBuildEvent } from './event.ts'

/** What became of a builder. */
export type BuilderEnd = { readonly what: string; readonly transient?: Transient | undefined }

/** Looks after one build's builder. */
export type BuilderWatch = () => {
  /** Asks whether what was there when the build began has gone. Never fails. */
  readonly findEnd: () => Promise<BuilderEnd | undefined>
}

/** Of no build's output: buildx's own last words, and those of Kubernetes' library in it. */
const isLastWord = (event: BuildEvent): boolean =>
  event.kind === 'text' && /^ERROR: |^E\d{4} .*"Unhandled Error"/.test(event.text)

const lost: Transient = { what: 'the connection to the builder was lost', waitMs: 5_000 }

/** Its pod is there, so that another try may reach it, if it may. */
const toLost = (word: string): BuilderEnd => ({
  what: `buildx lost its builder: ${toLine(word)}`,
  transient: /forbidden|unauthorized/i.test(word) ? undefined : lost,
})

/** buildx ends within moments of its last word, or never. */
const patienceMs = 8_000

/** A step may print nothing for hours; the cluster is asked now and then whether its pod is there. */
const silenceMs = 20_000

const lookMs = 1_000

type Watched = {
  readonly name: string
  readonly watch: BuilderWatch | undefined
  readonly signal: AbortSignal
  readonly onEvent: OnBuildEvent
}

const toFailure = (name: string, { what, transient }: BuilderEnd): Failure =>
  new Failure(`${name}: ${what}`, {
    remedy: 'buildx did not notice, and was ended; from 0.36 on it does.',
    transient,
  })

/**
 * Ends a build whose builder has gone, of which buildx before 0.36 hears nothing: it would wait for ever.
 *
 * @param build is to end with its signal
 */
export const watchBuild = async <T>(
  { name, watch, signal, onEvent }: Watched,
  build: (signal: AbortSignal, onEvent: OnBuildEvent) => Promise<T>,
): Promise<T> => {
  if (watch === undefined) return build(signal, onEvent)
  const { findEnd } = watch()
  const stop = new AbortController()
  let end: BuilderEnd | undefined
  let lastWord: string | undefined
  let heardMs = performance.now()
  let isAsking = false
  const give = (found: BuilderEnd): void => {
    end = found
    stop.abort()
  }
  const look = async (): Promise<void> => {
    const silentMs = performance.now() - heardMs
    if (isAsking || end !== undefined || silentMs < (lastWord ? patienceMs : silenceMs)) return
    isAsking = true
    const askedMs = heardMs
    const found = await findEnd()
    isAsking = false
    // Something came while we asked.
    if (askedMs !== heardMs) return
    if (found !== undefined) return give(found)
    if (lastWord === undefined) heardMs = performance.now()
    else give(toLost(lastWord))
  }
  const timer = setInterval(() => void look(), lookMs)
  try {
    return await build(AbortSignal.any([signal, stop.signal]), (event) => {
      heardMs = performance.now()
      lastWord = isLastWord(event) && event.kind === 'text' ? event.text : undefined
      onEvent(event)
    })
  } catch (error) {
    throw end === undefined || signal.aborted ? error : toFailure(name, end)
  } finally {
    clearInterval(timer)
  }
}
