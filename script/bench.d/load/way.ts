import type { Engine } from '../host/engine.ts'
import type { FreshNodes } from '../host/nodes.ts'
import type { Session } from '../host/session.ts'
import type { BenchImage } from '../image/make-image.ts'
import type { Weight } from '../image/tree.ts'

/** One load: an image, and nodes that have never seen it. */
export type Trial = {
  /** What is deferred is undone when the trial ends. */
  readonly session: Session
  /** What is deferred here stays until all is measured: to delete many files slows what follows. */
  readonly keeper: Session
  readonly engine: Engine
  readonly image: BenchImage
  readonly nodes: FreshNodes
}

export type Loaded = {
  /** Said in the table: how it was done. */
  readonly note?: string
  /** Where only a part of the work counts, how long that part took. */
  readonly wallMs?: number
  /** What our action says that it copied or sent. */
  readonly copiedBytes?: number
  /** The most memory that our action's process had. */
  readonly memoryBytes?: number
}

/** A way to get an image into nodes. A further way is a file of its own and a line in ways.ts. */
export type Way = {
  readonly name: string
  readonly title: string
  /** The nodes have the image afterwards; otherwise it is a yardstick that uses none. */
  readonly fillsNodes: boolean
  /** The nodes keep their images on another filesystem than Docker. */
  readonly nodesAreApart?: boolean
  /** Why it cannot be measured with this engine, or with such an image. */
  readonly isImpossible?: (engine: Engine, weight: Weight) => string | undefined
  /** Does what must be there before the clock starts; returns what is measured then. */
  readonly prepare?: (trial: Trial) => Promise<Trial>
  /** What is measured. */
  readonly load: (trial: Trial) => Promise<Loaded>
}
