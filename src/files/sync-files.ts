import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import { filesLabel, filesVolume } from '../ownership.ts'
import { createProgress } from '../text/progress.ts'
import { type Helper, withHelper } from './conversation.ts'
import {
  fetchTrees,
  type Gathered,
  gatherFiles,
  type Keeping,
  type Sought,
  toFolder,
} from './gather-files.ts'
import { toFilesHelper } from './helper.ts'
import { type Placed, placeTrees, type Removal } from './place-trees.ts'
import { planView } from './places.ts'
import type { Tree } from './sources/source.ts'
import { explainUnseen } from './unseen.ts'
import type { WantedFiles } from './wanted.ts'

export type SyncOrder = {
  readonly wanted: readonly WantedFiles[]
  /** What nobody asks for any more. */
  readonly removals: readonly Removal[]
  /** Whether to read all bytes that are there already. */
  readonly verifies: boolean
  readonly runId: string
  /** On a disk; for what comes from elsewhere. */
  readonly folder: string
  readonly workers: number
  /** What the store may keep of files that no node has any more. */
  readonly keptBytes: number
  readonly keeping: Keeping
  readonly line: (text: string) => void
  readonly signal: AbortSignal
}

export type SyncResult = {
  readonly placed: readonly Placed[]
  /** By the paths on the nodes, all digests known. */
  readonly trees: ReadonlyMap<string, Tree>
  /** Copied into the store. */
  readonly copiedBytes: number
  /** Files whose bytes had changed in the store, by their digests. */
  readonly broken: readonly string[]
}

type Volume = {
  readonly Mountpoint: string
  readonly Labels?: Readonly<Record<string, string>> | null
}

/** The store's folder on the daemon's host. */
export const openStore = async ({ get, post }: EngineApi): Promise<string> => {
  const path = `/volumes/${filesVolume}`
  const wish = { Name: filesVolume, Labels: { [filesLabel]: 'true' } }
  const volume = (await get<Volume>(path)) ?? (await post<Volume>('/volumes/create', wish))
  if (volume?.Labels?.[filesLabel] === 'true') return volume.Mountpoint
  throw new Failure(`Docker has a volume ${filesVolume} that Slipway did not make`, {
    remedy: `Rename or remove it (\`docker volume rm ${filesVolume}\`): Slipway keeps files for nodes in a volume of that name.`,
  })
}

const seenAs = (index: number): string => `/slipway-source/${index}`

/**
 * Puts files into nodes: copies into a store what that lacks, and links it from there.
 *
 * @throws {Failure} where a source cannot be had, or a node cannot be given them
 */
export const syncFiles = async (api: EngineApi, order: SyncOrder): Promise<SyncResult> => {
  const { wanted, removals, runId, folder, workers, keptBytes, signal, line } = order
  const nodes = [...wanted.flatMap(({ into }) => into), ...removals.map(({ node }) => node)]
  const [first] = nodes
  if (first === undefined) return { placed: [], trees: new Map(), copiedBytes: 0, broken: [] }
  const at = wanted.flatMap(({ files: { target }, into }) => into.map((node) => ({ node, target })))
  const view = planView(await openStore(api), [...at, ...removals])
  const sought: readonly Sought[] = wanted.map(({ found }, index) => ({
    found,
    seenAs: seenAs(index),
    folder,
  }))
  const sources = sought.map((each) => ({ folder: toFolder(each), seenAs: each.seenAs }))
  const container = toFilesHelper(first, view.mounted, sources, runId)
  const speak = async (helper: Helper): Promise<SyncResult> => {
    await helper.hearUntil('opened')
    const progress = createProgress(line, 'node-files')
    const trees = await fetchTrees(helper, sought, progress, signal, order.keeping)
    const gathered: Gathered = await gatherFiles(helper, sought, trees, order.verifies, progress)
    // What nodes have of a file that was not whole is to go, too.
    const verifies = order.verifies || gathered.broken.length > 0
    const placed = await placeTrees(helper, wanted, gathered.trees, removals, view, verifies)
    helper.send([['trim', keptBytes]])
    await helper.hearUntil('trimmed')
    const byTarget = new Map(
      wanted.map(({ files: { target } }, index) => [target, gathered.trees[index] as Tree]),
    )
    return { ...gathered, placed, trees: byTarget }
  }
  const opening = [['open', runId, view.store, workers]]
  return withHelper(api, container, opening, signal, speak).catch((error) =>
    explainUnseen(error, sought.map(toFolder)),
  )
}
