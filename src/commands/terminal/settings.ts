import { attempt, Failure } from '../../failure.ts'
import { isMissing } from '../../host/access.ts'
import { readRegularFile } from '../../host/read-file.ts'
import { collectProblems, type ReportProblem } from '../../inputs/problems.ts'
import { type InputName, inputNames, type RawInputs } from '../../inputs/raw-inputs.ts'
import { namesNothing } from '../../inputs/reader.ts'
import { findNearestWord } from '../../text/nearest.ts'
import { secretInputs, settings, toVariable } from './commands.ts'

export const settingsFile = 'slipway.yaml'

/** Nobody writes more settings by hand. */
const largestFile = 1_000_000

const isScalar = (value: unknown): value is string => typeof value === 'string'

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isScalar)

/** As an input has it: lists a line each, `builds` as YAML, of which JSON is a part. */
const toText = (name: InputName, value: unknown): string | undefined => {
  if (value === null) return undefined
  if (isScalar(value)) return value
  if (name === 'builds') return JSON.stringify(value)
  if (isList(value)) return value.join('\n')
  return ''
}

const readOne = (given: string, value: unknown, report: ReportProblem): RawInputs => {
  const name = inputNames.find((input) => input === given)
  if (secretInputs.some((secret) => secret === name)) {
    const how = `Put it into the variable ${toVariable(name as InputName)}.`
    report(given, `a secret does not belong into ${settingsFile}. ${how}`)
    return {}
  }
  if (name === undefined || !settings.includes(name)) {
    const nearest = findNearestWord(given, settings)
    const how = nearest === undefined ? 'Leave it out.' : `Did you mean ${nearest}?`
    report(given, `no setting of the command line. ${how}`)
    return {}
  }
  const text = toText(name, value)
  if (text === '' && value !== '')
    report(given, isList(value) ? namesNothing : 'neither a text nor a list of texts.')
  return text === undefined ? {} : { [name]: text }
}

/**
 * Reads `slipway.yaml`, where there is one: settings by the names of inputs.
 *
 * @throws {Failure} naming all that is wrong with it
 */
export const readSettings = async (folder: string): Promise<RawInputs> => {
  const path = `${folder}/${settingsFile}`
  if (isMissing(path)) return {}
  const content = attempt(() => readRegularFile(path, largestFile))
  if (content === undefined) throw new Failure(`${settingsFile} cannot be read as a file`)
  // Most commands start without a library for YAML.
  const { parseYaml } = await import('../../inputs/parse-yaml.ts')
  const { value, problem } = parseYaml(content.toString('utf8'))
  if (problem !== undefined) throw new Failure(`${settingsFile}:${problem.line}: ${problem.reason}`)
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Failure(`${settingsFile} is no list of settings`, {
      remedy: 'Write NAME: VALUE, such as cluster-name: dev.',
    })
  const all = Object.entries(value as object)
  return collectProblems(
    (report) => Object.assign({}, ...all.map(([name, each]) => readOne(name, each, report))),
    `${settingsFile} has`,
  )
}
