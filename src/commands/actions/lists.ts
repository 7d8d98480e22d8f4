import type { Inputs } from '../../inputs/inputs.ts'
import type { RawInputs } from '../../inputs/raw-inputs.ts'
import type { Runner } from './runner.ts'

const ofModes: ReadonlyMap<string | undefined, string> = new Map([
  ['diagnose', 'findings'],
  ['doctor', 'checks'],
])

/**
 * Sets what such a mode comes to, before it can fail: `fromJSON` of an output that is missing ends the job.
 * What it finds is set later, and the runner takes the last.
 */
export const beginLists = ({ mode }: RawInputs, { output }: Pick<Runner, 'output'>): void => {
  const name = ofModes.get(mode?.trim())
  if (name !== undefined) output(name, '[]')
}

/**
 * The lists of a run, with nothing in them where nothing came of it. Where nobody could read what was asked
 * for, all are there.
 */
export const toLists = (
  inputs: Pick<Inputs, 'mode' | 'imageReport' | 'nodeFiles'> | undefined,
  imageReport: string,
  volumes: string,
): Readonly<Record<string, string>> => ({
  ...((inputs?.imageReport !== 'false' || inputs.mode === 'report') && {
    'image-report': imageReport,
  }),
  ...(inputs?.nodeFiles.length !== 0 && { volumes }),
})
