import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { filesVolume } from '../../../src/ownership.ts'
import { type Engine, workFolderOf } from '../host/engine.ts'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
import { type Session, withScope } from '../host/session.ts'
import { settle } from '../measure/measure.ts'
import type { Figures } from './bars.ts'
import { type Inodes, readInodes, removeObjects, sumOfNew } from './disk-use.ts'
import { shardName, writeShard } from './make-tree.ts'
import { folderName, nodeFiles, runStep, untilSynced, watchStep } from './run-step.ts'

/** What all measurements work on. */
export type Stage = {
  readonly session: Session
  readonly engine: Engine
  /** Holds the folder of files. */
  readonly workspace: string
  readonly base: string
}

const storeOf = ({ dataRoot }: Engine): string => `${dataRoot}/volumes/${filesVolume}/_data`

/** Where nodes' files below /var/local are on this machine. */
const foldersOf = async (
  { docker }: Session,
  names: readonly string[],
): Promise<readonly string[]> => {
  const format = '{{range .Mounts}}{{if eq .Destination "/var"}}{{.Source}}{{end}}{{end}}'
  const printed = await docker(['inspect', '--format', format, ...names])
  return printed
    .trim()
    .split('\n')
    .map((folder) => `${folder}/local`)
}

/** Nodes that have just been started; what the store has only for them goes with them. */
const withNodes = <T>(
  { session, engine }: Stage,
  amount: number,
  body: (nodes: FreshNodes, look: (where?: 'nodes') => Inodes) => Promise<T>,
): Promise<T> =>
  withScope(session, async (scope) => {
    let ours: Inodes = new Map()
    scope.defer('objects of the store', async () =>
      removeObjects(`${storeOf(engine)}/objects`, ours),
    )
    const nodes = await startNodes(scope, amount)
    const folders = await foldersOf(scope, nodes.names)
    const look = (where?: 'nodes'): Inodes => {
      const seen = readInodes(folders)
      ours = new Map([...ours, ...seen])
      return where === 'nodes' ? seen : new Map([...seen, ...readInodes([storeOf(engine)])])
    }
    await settle(session, [engine.dataRoot])
    try {
      return await body(nodes, look)
    } finally {
      look()
    }
  })

/** Seconds of `cp -a` into a folder of the daemon's disk, until all is on it. */
const copyTree = async ({ session, engine, workspace }: Stage): Promise<number> => {
  const to = join(workFolderOf(engine), `slipway-bench-${session.id}-copy`)
  const remove = session.defer(to, () =>
    session.run('rm', ['-rf', to], { signal: AbortSignal.timeout(120_000) }),
  )
  await settle(session, [engine.dataRoot])
  const seconds = await untilSynced(session, async () => {
    const started = performance.now()
    await session.run('cp', ['-a', join(workspace, folderName), to])
    return (performance.now() - started) / 1_000
  })
  await remove()
  return seconds
}

type Inputs = Readonly<Record<string, string>>

/** Steps that find nothing to do, with and without files, by turns. */
const measureUnchanged = async (
  { session, workspace, base }: Stage,
  { cluster }: FreshNodes,
  figures: Record<'without' | 'unchanged', number[]>,
) => {
  const without: Inputs = { images: base, 'cluster-name': cluster }
  const both: Inputs = { ...without, 'node-files': nodeFiles }
  await runStep(session, workspace, both)
  for (const order of [0, 1, 0]) {
    const ways = [
      ['without', without],
      ['unchanged', both],
    ] as const
    for (const [name, inputs] of order === 0 ? ways : ways.toReversed())
      figures[name].push(await runStep(session, workspace, inputs))
  }
}

const measureRound = async (stage: Stage, figures: Lists, isOdd: boolean) => {
  const { session, workspace } = stage
  const intoNodes = (cluster: string): Promise<number> =>
    untilSynced(session, () =>
      runStep(session, workspace, { 'node-files': nodeFiles, 'cluster-name': cluster }),
    )
  const copy = async (): Promise<void> => void figures.copied.push(await copyTree(stage))
  const one = () =>
    withNodes(stage, 1, async ({ cluster }) => {
      figures.oneNode.push(await intoNodes(cluster))
    })
  let [heldBytes, changedBytes] = [0, 0]
  const two = () =>
    withNodes(stage, 2, async (nodes, look) => {
      const empty = look()
      figures.twoNodes.push(await intoNodes(nodes.cluster))
      const full = look()
      heldBytes = sumOfNew(empty, full)
      await measureUnchanged(stage, nodes, figures)
      // Others may put something into the store meanwhile.
      const before = look('nodes')
      writeShard(join(workspace, folderName), 0)
      await session.run('sync', [])
      const inputs = { 'node-files': nodeFiles, 'cluster-name': nodes.cluster }
      figures.changed.push(await runStep(session, workspace, inputs))
      changedBytes = sumOfNew(before, look('nodes'))
    })
  for (const part of isOdd ? [copy, one, two] : [two, one, copy]) await part()
  return { heldBytes, changedBytes }
}

type Names = 'without' | 'unchanged' | 'copied' | 'twoNodes' | 'oneNode' | 'changed'
type Lists = Record<Names, number[]>

export const measureFiles = async (stage: Stage, runs: number): Promise<Figures> => {
  const { session, workspace } = stage
  const folder = join(workspace, folderName)
  const lists: Lists = {
    ...{ without: [], unchanged: [], copied: [], twoNodes: [], oneNode: [], changed: [] },
  }
  let [heldBytes, changedBytes] = [0, 0]
  for (let round = 1; round <= runs; round += 1) {
    say(`files, round ${round} of ${runs}`)
    const disk = await measureRound(stage, lists, round % 2 === 1)
    heldBytes = Math.max(heldBytes, disk.heldBytes)
    changedBytes = Math.max(changedBytes, disk.changedBytes)
  }
  say('memory')
  const memory = await withNodes(stage, 2, ({ cluster }) =>
    watchStep(session, workspace, { 'node-files': nodeFiles, 'cluster-name': cluster }),
  )
  const tree = readInodes([folder])
  if (!tree.has(inodeOf(join(folder, shardName(0))))) throw new Error('the files are gone')
  return { ...lists, ...memory, heldBytes, changedBytes, treeBytes: sumOfNew(new Map(), tree) }
}

const inodeOf = (path: string): string => {
  const { dev, ino } = lstatSync(path)
  return `${dev}:${ino}`
}
