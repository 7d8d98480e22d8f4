import type { StepId, Work } from './work.ts'

/** What steps share, so that only so many of a lane are done at once. */
export type Lane =
  | 'build'
  | 'cached-build'
  | 'load'
  | 'cached-load'
  | 'report'
  | 'proof'
  | 'files'
  | 'pull'
  | 'none'

/** One thing to do. A plan is a graph of these: it can be printed, tested and compared. */
export type Step = Work & {
  readonly id: StepId
  /** Steps that must have been done: when one was not, neither is this. */
  readonly needs: readonly StepId[]
  /** Steps that must be over, however they ended. */
  readonly after: readonly StepId[]
  readonly lane: Lane
  /** Done also when all has been ended, as it leaves nothing behind. */
  readonly isFinal: boolean
}

export type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>

type Order = Partial<Pick<Step, 'needs' | 'after' | 'lane' | 'isFinal'>>

export const toStep = (id: StepId, work: Work, order: Order = {}): Step => ({
  id,
  needs: [],
  after: [],
  lane: 'none',
  isFinal: false,
  ...order,
  ...work,
})

export const toBuildId = (target: string): StepId => `build ${target}`

export const idsOf = (steps: readonly Step[]): readonly StepId[] => steps.map(({ id }) => id)
