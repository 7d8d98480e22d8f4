import type { Inputs } from '../../src/inputs/inputs.ts'
import { parseYaml } from '../../src/inputs/parse-yaml.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { readInputs } from '../../src/inputs/read-inputs.ts'
import type { Trigger } from '../../src/inputs/trigger.ts'

/** A run that nobody has to distrust. */
export const push: Trigger = { event: 'push', isFork: false, isDependabot: false }

type Run = Parameters<typeof readInputs>[1]

/** Of acme/app. */
export const run: Run = {
  repository: 'acme/app',
  trigger: push,
  workspace: '/',
  // Everything that is named is there.
  kindOf: (path) => (/[.]\w+$/.test(path) ? 'file' : 'folder'),
  unknownInputs: [],
  env: {},
  childEnv: {},
  parseYaml,
}

/** Reads inputs as a run of acme/app would. */
export const read = (raw: RawInputs, change: Partial<Run> = {}): Inputs =>
  readInputs(raw, { ...run, ...change })

/** The lines of the one error; none when the inputs are good. */
export const problemsOf = (raw: RawInputs, change: Partial<Run> = {}): readonly string[] => {
  try {
    read(raw, change)
  } catch (error) {
    return String(error)
      .split('\n')
      .filter((line) => line.startsWith('- '))
  }
  return []
}
