import { readTargets } from '../../src/build/definition.ts'
import { type Target, toTargets } from '../../src/build/target.ts'
import type { BakeFile } from '../../src/inputs/inputs.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { read } from './read.ts'

const toTarget = (file: BakeFile | undefined, workspace: string, runId: string): Target => {
  const found = file === undefined ? [] : readTargets(file, workspace)
  const [target] = toTargets(found, 'docker', runId, { isSingle: true })
  if (target === undefined) throw new Error('nothing to build')
  return target
}

/** The step's own build, without Bake having printed it. */
export const readTarget = (raw: RawInputs, workspace = '/', runId = 'run'): Target =>
  toTarget(read(raw, { workspace }).bake?.definition, workspace, runId)

/** A build that makes an image of these names. */
export const targetWith = (...tags: readonly string[]): Target =>
  toTarget({ target: { default: { context: '/nowhere', tags } } }, '/', 'run')
