import type { Engine } from '../host/engine.ts'
import type { FreshNodes } from '../host/nodes.ts'
import type { Session, Undo } from '../host/session.ts'
import type { BenchImage } from '../image/make-image.ts'

/** One load: an image, and nodes that have never seen it. */
export type Trial = {
  readonly session: Session
  readonly engine: Engine
  readonly image: BenchImage
  readonly nodes: FreshNodes
}

export type Loaded = {
  /** Said in the table: how it was done. */
  readonly note?: string
  /** Where only a part of the work counts, how long that part took. */
  readonly wallMs?: number
  /** Undone after the measurement. */
  readonly undo?: Undo
}

/** A way to get an image into nodes. A further way is a file of its own and a line in ways.ts. */
export type Way = {
  readonly name: string
  readonly title: string
  /** The nodes have the image afterwards; otherwise it is a yardstick that uses none. */
  readonly fillsNodes: boolean
  /** Why it cannot be measured with this engine. */
  readonly isImpossible?: (engine: Engine) => string | undefined
  /** What must be there before the clock starts. */
  readonly prepare?: (trial: Trial) => Promise<void>
  /** What is measured. */
  readonly load: (trial: Trial) => Promise<Loaded>
}
