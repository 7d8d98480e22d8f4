import type { BuildEvent, CachedShare, OnBuildEvent } from '../build/event.ts'
import { renderBriefly, renderEvent, renderWaiting } from '../build/render-event.ts'
import { toCheckWarning } from '../build/warnings.ts'
import type { Log, Warning } from '../host/log.ts'
import type { WriteLine } from '../host/log-fence.ts'
import { createEnds } from '../text/ends.ts'

export type LoggedBuild = {
  readonly name: string
  /** Nothing else is built in this step. */
  readonly isAlone: boolean
  /** Relative to the workspace; undefined where it is no file of this machine. */
  readonly dockerfile: string | undefined
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Of one build's output, at its beginning as at its end; more is left out. */
const keptCharacters = 2_000_000

/** Of a build that failed, outside of the group. */
const lastLines = 60

/** A step that takes longer is told of while it works. */
const waitMs = 5_000

/** Tells in brief what goes on, as long as it is not ended. */
const createBrief = (tell: (text: string) => void) => {
  const waiting = new Map<number, NodeJS.Timeout>()
  return {
    onEvent: (event: BuildEvent): void => {
      if (event.kind === 'began') {
        const timer = setTimeout(tell, waitMs, renderWaiting(event.step))
        waiting.set(event.step.number, timer)
      }
      if (event.kind !== 'ended') return
      clearTimeout(waiting.get(event.step.number))
      const text = renderBriefly(event)
      if (text !== undefined) tell(text)
    },
    end: () => waiting.forEach(clearTimeout),
  }
}

/**
 * Of a build among others, slow steps have a line each, and all that it printed comes when it has
 * ended, in a group; the last lines of a failure outside.
 */
const logInBrief = async <T extends CachedShare>(
  { line, fenced, group }: Log,
  { name, signal }: LoggedBuild,
  build: (onEvent: OnBuildEvent) => Promise<T>,
): Promise<T> => {
  const output = createEnds(keptCharacters)
  const brief = createBrief((text) => line(`${name}: ${text}`))
  try {
    const built = await build((event) => {
      for (const each of renderEvent(event)) output.push(each)
      brief.onEvent(event)
    })
    const { steps, cachedSteps } = built
    const share = steps === 0 ? '' : `, ${cachedSteps} of ${steps} steps cached`
    group(`${name}: build log${share}`, output.lines())
    return built
  } catch (error) {
    const lines = output.lines()
    const isLong = lines.length > lastLines
    if (isLong || signal.aborted) group(`${name}: build log`, lines)
    if (signal.aborted) throw error
    line(`${name}: ${isLong ? `last ${lastLines} lines of the ` : ''}build log`)
    await fenced(async (write) => lines.slice(-lastLines).forEach(write))
    throw error
  } finally {
    brief.end()
  }
}

/** More are no help. */
const mostWarnings = 100

/** Logs a build, and what BuildKit's checks say of its Dockerfile. One that is alone prints as it goes. */
export const logBuild = async <T extends CachedShare>(
  log: Log,
  logged: LoggedBuild,
  build: (onEvent: OnBuildEvent) => Promise<T>,
): Promise<T> => {
  const { name, isAlone, dockerfile: file } = logged
  const warnings = new Map<string, Warning>()
  const watched = (onEvent: OnBuildEvent): Promise<T> =>
    build((event) => {
      onEvent(event)
      const found = file !== undefined && toCheckWarning(event, name)
      if (!found || warnings.size === mostWarnings) return
      const { message, line } = found
      warnings.set(`${line} ${message}`, { message, location: { file, line } })
    })
  const show = (write: WriteLine): Promise<T> =>
    watched((event) => renderEvent(event).forEach(write))
  try {
    return await (isAlone ? log.fenced(show) : logInBrief(log, logged, watched))
  } finally {
    await log.warnings([...warnings.values()])
  }
}
