import type { ContainerNode } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { withHelper } from './conversation.ts'
import { toFilesHelper } from './helper.ts'
import { toTreeCommands } from './place-trees.ts'
import { planView } from './places.ts'
import type { Tree } from './sources/source.ts'
import { openStore } from './sync-files.ts'
import { toTreeId } from './tree-id.ts'

/** A tree of files that are in the store, and the text of a file that comes beside it. */
export type Staging = { readonly tree: Tree; readonly config: string }

/** Both, on the daemon's host. */
export type Staged = { readonly folder: string; readonly config: string }

/**
 * Builds trees of links in the store for as long as somebody uses them.
 *
 * @param node from whose image the helper is made
 * @throws {Failure} where the store lacks a file meanwhile; or what `use` throws
 */
export const withStagedTrees = async <T>(
  api: EngineApi,
  node: ContainerNode,
  all: readonly Staging[],
  { runId, signal }: { readonly runId: string; readonly signal: AbortSignal },
  use: (staged: readonly Staged[]) => Promise<T>,
): Promise<T> => {
  const store = await openStore(api)
  const view = planView(store, [])
  const container = toFilesHelper(node, view.mounted, [], runId)
  return withHelper(api, container, [['open', runId, view.store, 1]], signal, async (helper) => {
    await helper.hearUntil('opened')
    const staged: Staged[] = []
    for (const { tree, config } of all) {
      const id = toTreeId(tree, false)
      helper.send([...toTreeCommands(tree, id), ['stage', config]])
      await helper.hearUntil('staged')
      const at = `${store}/staging/${runId}`
      staged.push({ folder: `${at}/layer.${id}`, config: `${at}/config.${id}` })
    }
    return use(staged)
  })
}
