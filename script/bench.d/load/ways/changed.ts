import { type Engine, isClassic, mostLayers } from '../../host/engine.ts'
import { addLayer } from '../../image/make-image.ts'
import type { Weight } from '../../image/tree.ts'
import type { Trial, Way } from '../way.ts'
import { runAction, runActionBy } from './run-action.ts'

/** What a commit to an application changes: its own files, in the last layer. */
const top = { bytes: 1_000_000, files: 20 }

const isImpossible = (engine: Engine, { layers }: Weight): string | undefined => {
  if (!isClassic(engine)) return `an image that shares layers cannot be made (${engine.driver})`
  return layers < mostLayers(engine) ? undefined : 'Docker takes no further layer'
}

/** The nodes have the image with a last layer, and shall get it with another one. */
const prepare = async (trial: Trial): Promise<Trial> => {
  const { session, engine, image } = trial
  const before = await addLayer(session, engine, image, top, 'before')
  const after = await addLayer(session, engine, image, top, 'after')
  await runAction({ ...trial, image: before })
  return { ...trial, image: after }
}

export const changedWay: Way = {
  name: 'changed',
  title: 'this action, last layer of 1 MB changed',
  fillsNodes: true,
  isImpossible,
  prepare,
  load: (trial) => runAction(trial),
}

export const streamChangedWay: Way = {
  name: 'stream-changed',
  title: 'this action by streaming, last layer of 1 MB changed',
  fillsNodes: true,
  isImpossible,
  prepare,
  load: (trial) => runActionBy('stream', trial, { 'load-mode': 'stream' }),
}
