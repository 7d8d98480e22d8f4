import type { Engine } from '../host/engine.ts'
import { say } from '../host/progress.ts'
import type { Verdict } from '../report/verdicts.ts'
import { judgePulls, judgeRegistry, judgeSaved, judgeTimes, type Registry } from './bars.ts'
import type { Source, Stage } from './stage.ts'
import { measureWay, saveTars, ways } from './ways.ts'

/** Of blobs alone, however often each was asked for. */
const sumOfBlobs = ({ sent }: Stage['proxy']): number =>
  [...sent].reduce((sum, [path, bytes]) => (path.includes('/blobs/') ? sum + bytes : sum), 0)

/** Images may share blobs. */
const blobBytesOf = ({ images }: Stage): number => {
  const blobs = new Map(
    images.flatMap(({ blobs }) => blobs.map((each) => [each.digest, each.bytes])),
  )
  return [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0)
}

const savedBytes = ({ service }: Stage, from: number): number =>
  service.entries.slice(from).reduce((sum, { content }) => sum + (content?.length ?? 0), 0)

/**
 * Measures every way into fresh nodes, by turns, in one run.
 *
 * @returns what is to be said of each bar
 */
export const measureImages = async (
  stage: Stage,
  runs: number,
  { dataRoot }: Engine,
): Promise<readonly Verdict[]> => {
  const { sources, proxy, service } = stage
  let pulls = 0
  const measure = async (way: keyof typeof ways, source: Source, label: string) => {
    const measured = await measureWay(stage, ways[way], source, dataRoot)
    pulls += way === 'nodes' ? 0 : measured.pulls
    say(`${label}: ${measured.seconds.toFixed(1)} s`)
    return measured.seconds
  }
  const blobBytes = blobBytesOf(stage)
  const registry: Record<string, Registry> = {}
  for (const way of ['pull', 'restore'] as const) {
    proxy.sent.clear()
    const name = way === 'pull' ? 'pulled' : 'fetched and kept'
    await measure(way, sources.shaped, `${name}, shaped`)
    registry[name] = { blobBytes, sentBytes: sumOfBlobs(proxy) }
  }
  await measure('restore', sources.loopback, 'documents of the other registry')
  await saveTars(stage, sources.loopback)
  const times: Record<keyof Parameters<typeof judgeTimes>[0], number[]> = {
    ...{ restore: [], pull: [], nodes: [], tars: [] },
    ...{ shapedRestore: [], shapedPull: [], shapedNodes: [] },
  }
  const turns = [
    ['restore', 'restore', sources.loopback],
    ['pull', 'pull', sources.loopback],
    ['nodes', 'nodes', sources.loopback],
    ['tars', 'tars', sources.loopback],
    ['shapedRestore', 'restore', sources.shaped],
    ['shapedPull', 'pull', sources.shaped],
    ['shapedNodes', 'nodes', sources.shaped],
  ] as const
  for (let round = 1; round <= runs; round += 1) {
    say(`round ${round} of ${runs}`)
    for (const [name, way, source] of round % 2 === 1 ? turns : turns.toReversed())
      times[name].push(await measure(way, source, name))
  }
  const before = service.entries.length
  const layers = await stage.moveFirst()
  await measure('restore', sources.loopback, 'one image moved')
  const newBytes = layers.reduce((sum, { bytes }) => sum + bytes, 0)
  return [
    ...judgeRegistry(registry),
    judgePulls(pulls),
    ...judgeTimes(times),
    judgeSaved(savedBytes(stage, before), newBytes),
  ]
}
