import type { ActionProcess } from './process.ts'
import type { OutputLine, Phase, RunOptions } from './types.ts'

export type Ending = 'success' | 'failure' | 'cancelled'

/** Why a phase was ended from outside, with the runner's words for it where it has any. */
export interface EarlyEnd {
  readonly ending: Ending
  readonly reason: string | undefined
}

const DEFAULT_TIMEOUT_MS = 15 * 60_000

/** Timers and line watchers that end a phase early; `current` is its process. */
export function watchPhase(options: RunOptions, phase: Phase, current: () => ActionProcess) {
  let early: EarlyEnd | undefined
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const cancel = (): void => {
    early ??= { ending: 'cancelled', reason: 'The operation was canceled.' }
    current().cancel()
  }
  const kill = (): void => {
    early ??= { ending: 'failure', reason: undefined }
    current().kill()
  }
  const timeOut = (): void => {
    early ??= { ending: 'failure', reason: `The action has timed out after ${timeoutMs} ms.` }
    current().cancel()
  }
  const timers = [setTimeout(timeOut, timeoutMs)]
  if (phase === 'main') {
    if (options.cancelAfterMs !== undefined) timers.push(setTimeout(cancel, options.cancelAfterMs))
    options.signal?.addEventListener('abort', cancel)
    if (options.signal?.aborted === true) timers.push(setTimeout(cancel, 0))
    if (options.killAfterMs !== undefined) timers.push(setTimeout(kill, options.killAfterMs))
  }
  return {
    onLine: (line: OutputLine): void => {
      options.onLine?.(line)
      if (phase !== 'main') return
      if (options.cancelWhen?.(line.text) === true) cancel()
      if (options.killWhen?.(line.text) === true) kill()
    },
    early: () => early,
    stop: (): void => {
      options.signal?.removeEventListener('abort', cancel)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
