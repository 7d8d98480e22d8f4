import type { FreshNodes } from '../host/nodes.ts'
import type { OwnEngine } from '../host/own-engine.ts'
import type { Span } from '../measure/spans.ts'

/** Where a job runs: everything in it is fresh when its first one begins. */
export type Place = OwnEngine & {
  readonly nodes: FreshNodes
  /** The checkout. */
  readonly workspace: string
}

/** A way to do the job. */
export type Way = {
  readonly name: 'script' | 'action' | 'alone'
  readonly title: string
  /** The nodes have the images afterwards. */
  readonly fillsNodes: boolean
  /** Returns the loads that no program of their own shows. */
  readonly run: (place: Place) => Promise<readonly Span[]>
}
