import { createLineCutter } from '../host/lines.ts'
import type { BuildStep, Ending, OnBuildEvent } from './event.ts'
import {
  type BuildKitWarning,
  isStatus,
  type Log,
  parseStatus,
  type Status,
  type Transfer,
  type Vertex,
} from './status.ts'
import { createStatusCutter } from './status-cutter.ts'
import { type BuildStats, toTimings } from './timings.ts'

/** BuildKit's messages have at most 16 MB, in JSON and base64 somewhat more. */
const longestStatus = 64 * 1024 * 1024

/** A build that has more is not worth our memory. */
const mostSteps = 10_000

/** A part that goes on is told of so often. */
const transferMs = 5_000

/** A vertex that looks into the cache ends at once, and begins again to do its work: so long is waited. */
const briefMs = 150

/**
 * `[3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`: not BuildKit's own work. A base that is there
 * counts as cached only where something is done with it.
 */
const isCounted = ({ step: { name }, hasInputs, how }: Tracked): boolean =>
  /^\[(?:[^\]]* )?\d+\/\d+\] (?!FROM )/.test(name) &&
  // BuildKit looks whether a repository or an address is what it was, under the name of the ADD.
  (hasInputs || !/^\[[^\]]+\] ADD /.test(name)) &&
  // What is built upon it was in the cache.
  how !== 'cancelled'

const isContext = ({ name }: BuildStep): boolean =>
  /^\[(?:\S+ )?internal\] load build context$/.test(name)

/** What is known of a step. */
const createTracked = (step: BuildStep, hasInputs: boolean, onEvent: OnBuildEvent) => {
  const tracked = {
    ...{ step, hasInputs },
    startedMs: 0,
    /** Undefined while it goes on. */
    completedMs: undefined as number | undefined,
    isCached: false,
    how: 'done' as Ending,
    /** How it ended last, so that nothing is told twice. */
    ending: '',
    /** When what it printed last was printed. */
    printedMs: 0,
    output: createLineCutter((text) => {
      onEvent({ kind: 'output', step, ms: tracked.printedMs - tracked.startedMs, text })
    }),
    /** When a part of it was told of last. */
    toldMs: new Map<string, number>(),
    /** Of the build context, as far as it is sent. */
    contextBytes: 0,
  }
  return tracked
}

type Tracked = ReturnType<typeof createTracked>

type Held = { readonly drop: () => void; readonly release: () => void }

type State = {
  readonly onEvent: OnBuildEvent
  /** By their digests, as in the other map. */
  readonly all: Map<string, Tracked>
  /** Those that have ended, for a moment or for good; telling so is held back. */
  readonly held: Map<string, Held>
}

const track = ({ all, onEvent }: State, { digest, name, hasInputs }: Vertex): Tracked => {
  const step = { number: all.size + 1, name }
  const tracked = createTracked(step, hasInputs, onEvent)
  all.set(digest, tracked)
  onEvent({ kind: 'began', step })
  return tracked
}

const hold = ({ held }: State, digest: string, end: () => void): void => {
  const drop = (): void => {
    clearTimeout(timer)
    held.delete(digest)
  }
  const release = (): void => {
    drop()
    end()
  }
  const timer = setTimeout(release, briefMs)
  held.set(digest, { drop, release })
}

const toEnding = ({ error, isCached }: Vertex): Ending => {
  if (error !== '') return error.endsWith('context canceled') ? 'cancelled' : 'failed'
  return isCached ? 'cached' : 'done'
}

const onVertex = (state: State, vertex: Vertex): void => {
  const { all, held, onEvent } = state
  const { digest, startedMs, completedMs, error } = vertex
  if (startedMs === undefined || (!all.has(digest) && all.size === mostSteps)) return
  const tracked = all.get(digest) ?? track(state, vertex)
  const how = toEnding(vertex)
  const ending = `${startedMs} ${completedMs} ${how}`
  if (ending === tracked.ending) return
  held.get(digest)?.drop()
  Object.assign(tracked, { startedMs, completedMs, isCached: vertex.isCached, how, ending })
  if (completedMs === undefined) return
  const ms = completedMs - startedMs
  const end = (): void => {
    tracked.output.end()
    onEvent({ kind: 'ended', step: tracked.step, how, ms, error })
  }
  if (ms < briefMs && how === 'done') hold(state, digest, end)
  else end()
}

const onTransfer = ({ all, onEvent }: State, transfer: Transfer): void => {
  const { id, startedMs = 0, completedMs, atMs = 0 } = transfer
  const tracked = all.get(transfer.vertex)
  if (tracked === undefined) return
  const { step, toldMs } = tracked
  // BuildKit's .dockerignore is transferred as a context, too.
  if (id === 'transferring context:' && isContext(step))
    tracked.contextBytes = Math.max(tracked.contextBytes, transfer.currentBytes)
  if (completedMs !== undefined) toldMs.delete(id)
  else if (atMs - (toldMs.get(id) ?? startedMs) < transferMs || toldMs.size > mostSteps) return
  else toldMs.set(id, atMs)
  onEvent({ kind: 'transfer', step, transfer })
}

const onLog = ({ all }: State, { vertex, data, atMs }: Log): void => {
  const tracked = all.get(vertex)
  if (tracked === undefined) return
  tracked.printedMs = atMs ?? tracked.printedMs
  tracked.output.write(data)
}

const onWarning = ({ all, onEvent }: State, warning: BuildKitWarning): void => {
  const step = all.get(warning.vertex)?.step
  if (step !== undefined) onEvent({ kind: 'warning', step, warning })
}

const onStatus = (state: State, { vertexes, transfers, logs, warnings }: Status): void => {
  const again = new Set(vertexes.map(({ digest }) => digest))
  for (const [digest, { release }] of [...state.held]) if (!again.has(digest)) release()
  for (const each of vertexes) onVertex(state, each)
  for (const each of transfers) onTransfer(state, each)
  for (const each of logs) onLog(state, each)
  for (const each of warnings) onWarning(state, each)
}

const onRecord = (state: State, record: Buffer | undefined): void => {
  const toldText = (text: string): void => state.onEvent({ kind: 'text', text })
  if (record !== undefined && !isStatus(record)) {
    const lines = createLineCutter(toldText)
    lines.write(record)
    lines.end()
    return
  }
  const status = record && parseStatus(record)
  if (status !== undefined) onStatus(state, status)
  else toldText('A part of the progress is left out, as it could not be read.')
}

/** Follows one build: what buildx prints goes in, events come out. */
export const createProgress = (onEvent: OnBuildEvent) => {
  const state: State = { onEvent, all: new Map(), held: new Map() }
  return {
    createSink: () => createStatusCutter((record) => onRecord(state, record), longestStatus),
    /** Tells what is still held back. */
    finish: (): void => {
      for (const { release } of [...state.held.values()]) release()
      for (const { output } of state.all.values()) output.end()
    },
    stats: (): BuildStats => {
      const all = [...state.all.values()]
      const steps = all.filter(isCounted)
      const cachedSteps = steps.filter(({ isCached }) => isCached).length
      const ended = all.flatMap(({ step: { name }, startedMs, completedMs, isCached }) =>
        completedMs === undefined ? [] : [{ name, isCached, ms: completedMs - startedMs }],
      )
      const [missed] = steps
        .filter(({ isCached }) => !isCached)
        .toSorted((a, b) => a.startedMs - b.startedMs)
      const timings = toTimings(ended)
      const contextBytes = all.reduce((sum, each) => sum + each.contextBytes, 0)
      const missedName = missed?.step.name
      return { steps: steps.length, cachedSteps, timings, missed: missedName, contextBytes }
    },
  }
}
