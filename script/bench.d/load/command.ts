import { writeFileSync } from 'node:fs'
import { defineCommand } from '../command.ts'
import { choice, count, file } from '../flags.ts'
import { type Engine, readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { type Machine, readMachine, warnWhenBusy } from '../host/machine.ts'
import { startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { makeImage } from '../image/make-image.ts'
import { formatSeconds } from '../report/units.ts'
import { runSeries } from './series.ts'
import { renderSummary, summarize } from './summary.ts'
import { ways } from './ways.ts'

const flags = {
  'size-mb': count(600, "the image's size in MB"),
  files: count(10_000, 'its files'),
  layers: count(5, 'its layers'),
  nodes: count(1, 'nodes to load into'),
  runs: count(3, 'measurements of every way'),
  only: choice(
    ways.map(({ name }) => name),
    'measure these ways alone',
  ),
  json: file('write all raw numbers here'),
}

/** Docker's overlay2 takes no image with more. */
const mostLayers = 127

const look = async (session: Session, engine: Engine): Promise<Machine> => {
  const nodes = await startNodes(session, 1)
  const machine = await readMachine(session, engine, nodes)
  await nodes.remove()
  return machine
}

const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const started = performance.now()
  const result = await work()
  say(`${what}: ${formatSeconds(performance.now() - started)} s`)
  return result
}

/** Leaves out what cannot be done with this engine, and says so. */
const pickWays = (engine: Engine, only: readonly string[]) =>
  ways
    .filter(({ name }) => only.includes(name))
    .filter(({ title, isImpossible }) => {
      const why = isImpossible?.(engine)
      if (why !== undefined) say(`not measured: ${title}: ${why}`)
      return why === undefined
    })

export const loadCommand = defineCommand({
  name: 'load',
  summary: 'an image into fresh kind nodes: this action, and what one would use instead',
  flags,
  check: ({ files, layers }) => [
    ...(layers > files
      ? [`--layers '${layers}': every layer needs a file, and --files is ${files}`]
      : []),
    ...(layers > mostLayers ? [`--layers '${layers}': Docker takes ${mostLayers} at most`] : []),
  ],
  run: async (values, session) => {
    await sweepLeftovers(session)
    warnWhenBusy()
    const { files, layers, nodes, runs, json } = values
    const weight = { bytes: values['size-mb'] * 1_000_000, files, layers }
    const engine = await readEngine(session)
    const chosen = pickWays(engine, values.only)
    const machine = await look(session, engine)
    const image = await timed('making the image', () => makeImage(session, weight))
    const samples = await runSeries(session, { ways: chosen, image, engine, nodes, runs })
    const summaries = summarize(chosen, samples)
    process.stdout.write(renderSummary({ ...weight, nodes, runs }, machine, summaries))
    if (json !== undefined) {
      const title = { ...weight, nodes, runs }
      writeFileSync(json, `${JSON.stringify({ ...title, machine, summaries, samples }, null, 2)}\n`)
    }
    return samples.some(({ error }) => error !== undefined) ? 1 : 0
  },
})
