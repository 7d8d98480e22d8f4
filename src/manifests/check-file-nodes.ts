import type { NodeCapacity } from '../cluster/capacity.ts'
import type { Warning } from '../host/log.ts'
import { takesPods } from './check-capacity.ts'
import { findAtPath, type GivenFiles, type NodePaths } from './given-files.ts'
import { hostname, mayRunOn, type Placement } from './read-placement.ts'
import type { Workload } from './workload.ts'

type Placed = Pick<Workload, 'file' | 'kind' | 'name'> & {
  readonly containers?: Workload['containers']
  readonly files: { readonly placement: Placement }
}

/** Those that all conditions are known to let in. */
const findNodes = (
  { isTolerant, ...placement }: Placement,
  capacities: readonly NodeCapacity[],
): readonly string[] =>
  (isTolerant ? capacities : takesPods(capacities))
    .filter((each) => mayRunOn(placement, each) === true)
    .map(({ node }) => node)

const list = (names: readonly string[]): string => names.join(' and ')

const toRemedy = (nodes: readonly string[]): string => {
  const [only] = nodes
  return nodes.length === 1
    ? `write nodeSelector: { ${hostname}: ${only} }`
    : `let the pods run on ${list(nodes)} alone`
}

const renderLack = (
  { kind, name, files: { placement } }: Placed,
  { target, nodes }: GivenFiles,
  lacking: readonly string[],
): string => {
  const subject =
    kind === 'PersistentVolume'
      ? `The PersistentVolume ${name} is of ${list(lacking)}`
      : `Pods of the ${kind} ${name} ${placement.line === undefined ? 'may start' : 'run'} on ${list(lacking)}`
  return `${subject}, and only ${list(nodes)} ${nodes.length === 1 ? 'gets' : 'get'} ${target}. Add ${list(lacking)} to nodes, or ${toRemedy(nodes)}.`
}

/** Whether the pods are where the files are: the input `nodes` may leave out some. */
export const checkPlacement = (
  placed: Placed,
  hostPaths: readonly string[],
  capacities: readonly NodeCapacity[],
  paths: NodePaths,
): readonly Warning[] => {
  const { placement } = placed.files
  const used = hostPaths.flatMap((path) => {
    const found = findAtPath(path, paths, true)
    return found.kind === 'ours' ? [found.files] : []
  })
  const nodes = findNodes(placement, capacities)
  return [...new Set(used)].flatMap((files) => {
    const lacking = nodes.filter((node) => !files.nodes.includes(node))
    if (lacking.length === 0) return []
    const line = placement.line ?? placed.containers?.[0]?.line ?? 1
    return [{ message: renderLack(placed, files, lacking), location: { file: placed.file, line } }]
  })
}
