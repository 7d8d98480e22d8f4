import { clusterPattern } from '../../cluster/node.ts'
import { attempt } from '../../failure.ts'
import { parseImageReference } from '../../image/reference.ts'
import type { LoadedImage } from '../cluster/loaded-image.ts'
import type { NodeNow } from '../nodes/gather-nodes.ts'

/** What there is to record of nodes that were asked; undefined when none of them answered. */
export const toBaseline = (clusterName: string, nodes: readonly NodeNow[]) => {
  const machine = nodes.find(({ report }) => report !== undefined)?.report
  if (machine === undefined) return undefined
  const { bootId, clockMs, uptimeS, kills, log } = machine
  const images: readonly LoadedImage[] = []
  return {
    clusterName,
    bootId,
    clockMs,
    uptimeS,
    kills,
    images,
    /** The last time in the kernel's log; undefined where that could not be read. */
    logLastS: typeof log === 'string' ? undefined : log.lastS,
    nodes: nodes.map(({ name, id, state, report }) => ({
      name,
      id,
      /** When its container was started, as Docker writes it. */
      startedAt: state.StartedAt,
      /** OOM kills in the node by then; undefined where its cgroup does not count them. */
      kills: report?.nodeKills,
    })),
  }
}

/** How things were when the step loaded its images: what came after is what is looked for. */
export type Baseline = Readonly<NonNullable<ReturnType<typeof toBaseline>>>

/** A node when the step saw it. */
export type BaselineNode = Readonly<Baseline['nodes'][number]>

const isText = (value: unknown): value is string => typeof value === 'string'

const isNode = ({ name, id, startedAt }: BaselineNode): boolean =>
  isText(name) && /^[0-9a-f]{64}$/.test(id) && isText(startedAt)

const isName = (value: unknown): boolean =>
  isText(value) && typeof parseImageReference(value) !== 'string'

const isImage = ({ given, canonical, immutable, id, nodes }: LoadedImage): boolean =>
  [given, canonical, immutable].every(isName) && isText(id) && nodes.every(isText)

/** Reads what main wrote; undefined for anything else, such as half a file. */
export const parseBaseline = (json: string): Baseline | undefined =>
  attempt(() => {
    const value = JSON.parse(json) as Baseline
    const isSound =
      [value.clusterName, value.bootId].every(isText) &&
      clusterPattern.test(value.clusterName) &&
      [value.clockMs, value.uptimeS, value.kills].every(Number.isFinite) &&
      value.nodes.every(isNode) &&
      value.images.every(isImage)
    return isSound ? value : undefined
  })
