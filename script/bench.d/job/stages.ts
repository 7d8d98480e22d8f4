import { type Span, unionMs, unionWithoutMs } from '../measure/spans.ts'

/** What a job's programs do. */
export type Stage = 'build' | 'load' | 'delete'

export type Spans = Readonly<Record<Stage, readonly Span[]>>

/** A job's wall time; each moment is in one of the four. */
export type StageTimes = {
  readonly wallMs: number
  /** At least one build runs. */
  readonly buildMs: number
  /** An image is loaded and nothing is built. */
  readonly loadMs: number
  /** Images or caches are deleted, and nothing is built or loaded. */
  readonly deleteMs: number
  readonly restMs: number
  /** Images are loaded while others are built; this is among the time of builds. */
  readonly besideMs: number
}

/** Which stage a program is; the command that Docker's client starts for it has the same words. */
export const stageOf = ([path = '', ...words]: readonly string[]): Stage | undefined => {
  const program = path.split('/').at(-1)
  if (program === 'kind') return words[0] === 'load' ? 'load' : undefined
  if (program !== 'docker' && program !== 'docker-buildx') return undefined
  // The command stands before what it is about.
  const command = words.filter((word) => !word.startsWith('-')).slice(0, 3)
  if (command[0] === 'rmi' || command.includes('prune')) return 'delete'
  // Bake is also asked what its files mean, which builds nothing.
  const builds = command.includes('build') || command.includes('bake')
  return builds && !words.includes('--print') ? 'build' : undefined
}

export const toStageTimes = (wallMs: number, { build, load, delete: gone }: Spans): StageTimes => {
  const buildMs = unionMs(build)
  const loadMs = unionWithoutMs(load, build)
  const deleteMs = unionWithoutMs(gone, [...build, ...load])
  const restMs = wallMs - buildMs - loadMs - deleteMs
  return { wallMs, buildMs, loadMs, deleteMs, restMs, besideMs: unionMs(load) - loadMs }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 }

/** Reads a stage that the action says it has just ended, such as `Load acme/api:dev: 1.4 s`. */
export const parseLoad = (line: string, now: number): Span | undefined => {
  const [, duration] = /^Load \S.*: ((?:[0-9.]+ (?:ms|s|min) ?)+)$/.exec(line) ?? []
  if (duration === undefined) return undefined
  const parts = duration.matchAll(/([0-9.]+) (ms|s|min)/g)
  const ms = [...parts].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (unitMs[unit] ?? 0),
    0,
  )
  return { from: now - ms, to: now }
}
