import { clusterPattern } from '../../cluster/node.ts'
import { parseImageReference } from '../../image/reference.ts'
import type { LoadedImage } from '../cluster/cluster.ts'

/** A node when the step saw it. */
export type BaselineNode = {
  readonly name: string
  readonly id: string
  /** When its container was started, as Docker writes it. */
  readonly startedAt: string
  /** Kills for memory in the node by then; undefined where its cgroup does not count them. */
  readonly kills: number | undefined
}

/** How things were when the step loaded its images: what came after is what is looked for. */
export type Baseline = {
  readonly clusterName: string
  readonly bootId: string
  readonly clockMs: number
  readonly uptimeS: number
  readonly kills: number
  /** The last time in the kernel's log; undefined where that could not be read. */
  readonly logLastS: number | undefined
  readonly nodes: readonly BaselineNode[]
  readonly images: readonly LoadedImage[]
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isFinite(value)

const isNode = (value: BaselineNode): boolean =>
  isText(value.name) && /^[0-9a-f]{64}$/.test(value.id) && isText(value.startedAt)

const isName = (value: unknown): boolean =>
  isText(value) && typeof parseImageReference(value) !== 'string'

const isImage = (value: LoadedImage): boolean =>
  [value.given, value.canonical, value.immutable].every(isName) &&
  isText(value.id) &&
  value.nodes.every(isText)

/** Reads what main wrote; undefined for anything else, such as half a file. */
export const parseBaseline = (json: string): Baseline | undefined => {
  try {
    const value = JSON.parse(json) as Baseline
    const numbers = [value.clockMs, value.uptimeS, value.kills]
    const isSound =
      isText(value.clusterName) &&
      clusterPattern.test(value.clusterName) &&
      isText(value.bootId) &&
      numbers.every(isNumber) &&
      value.nodes.every(isNode) &&
      value.images.every(isImage)
    return isSound ? value : undefined
  } catch {
    return undefined
  }
}
