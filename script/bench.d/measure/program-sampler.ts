import { readdirSync, readFileSync } from 'node:fs'
import type { Span } from './spans.ts'

/** A look costs about a millisecond; start and end of a program are both seen so late at most. */
const intervalMs = 25

/** A process begins as a copy of its parent, and has become what it shall be by then. */
const settledAfterMs = 1_000

/** A process; `from` is when it became what it is. */
type Seen<Kind> = {
  readonly kind: Kind | undefined
  readonly from: number
  readonly bornAt: number
}

const readWords = (pid: string, file: 'cmdline' | 'environ'): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    // It has ended.
    return []
  }
}

const processes = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name))

export type ProgramWatch<Kind> = {
  /** Ends the sampling and tells when programs of a kind ran. */
  readonly stop: () => ReadonlyMap<Kind, readonly Span[]>
}

/**
 * Watches from outside when programs run that have a variable in their environment.
 *
 * @param variable such as `DOCKER_HOST=...`, which tells those that are meant
 * @param toKind what a command line is; undefined for what is of no interest
 */
export const watchPrograms = <Kind>(
  variable: string,
  toKind: (command: readonly string[]) => Kind | undefined,
): ProgramWatch<Kind> => {
  const before = new Set(processes())
  const living = new Map<string, Seen<Kind>>()
  const spans = new Map<Kind, Span[]>()
  const end = ({ kind, from }: Seen<Kind>, to: number): void => {
    if (kind !== undefined) spans.set(kind, [...(spans.get(kind) ?? []), { from, to }])
  }
  const look = (): void => {
    const now = performance.now()
    const present = new Set(processes())
    for (const [pid, seen] of living) {
      if (present.has(pid)) continue
      living.delete(pid)
      end(seen, now)
    }
    for (const pid of present) {
      if (before.has(pid)) continue
      const { kind, bornAt } = living.get(pid) ?? { kind: undefined, bornAt: now }
      if (kind !== undefined || now - bornAt > settledAfterMs) continue
      living.set(pid, { kind: classify(pid), from: now, bornAt })
    }
  }
  const classify = (pid: string): Kind | undefined => {
    const kind = toKind(readWords(pid, 'cmdline'))
    return kind !== undefined && readWords(pid, 'environ').includes(variable) ? kind : undefined
  }
  const timer = setInterval(look, intervalMs)
  return {
    stop: () => {
      clearInterval(timer)
      look()
      for (const seen of living.values()) end(seen, performance.now())
      living.clear()
      return spans
    },
  }
}
