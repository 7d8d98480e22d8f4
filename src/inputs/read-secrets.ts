import { resolve } from 'node:path'
import { readRegularFile } from '../host/read-file.ts'
import { Secret } from '../secret.ts'
import type { BuildSecret } from './inputs.ts'
import { toLines } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { reportOutside } from './report-outside.ts'
import { type Trigger, whySecretsAreEmpty } from './trigger.ts'

/** `--secret` is CSV: a comma in an id would start another option. */
const idPattern = /^[\w.-]+$/

/** BuildKit's own limit. */
const largestBytes = 500 * 1024

/** Where further secrets come from. */
export type SecretPlaces = {
  /** Where relative paths start. */
  readonly workspace: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly trigger: Trigger
}

/**
 * Cuts `secrets` into entries, one a line. Values are taken as they are, whatever marks they hold; an
 * entry whose first character is a quote may span lines and ends at the next quote, `""` being one.
 */
export const splitSecrets = (text: string): readonly string[] => {
  const entries: string[] = []
  const pattern = /[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n\r]*(?=\r?\n|$)|([^\n]*))(?:\n|$)/y
  while (pattern.lastIndex < text.length) {
    const [, quoted, plain = ''] = pattern.exec(text) ?? []
    const entry = quoted?.replaceAll('""', '"') ?? plain.replace(/\r$/, '')
    if (entry.trim() !== '') entries.push(entry)
  }
  return entries
}

type Entry = { readonly id: string; readonly rest: string }

/** Undefined where something has been reported already. */
type ToValue = (entry: Entry) => Secret | undefined

const toEntries = (
  input: InputName,
  entries: readonly string[],
  what: string,
  report: ReportProblem,
): readonly Entry[] =>
  entries.flatMap((entry) => {
    const at = entry.indexOf('=')
    const id = entry.slice(0, Math.max(at, 0)).trim()
    const rest = entry.slice(at + 1)
    if (at > 0 && idPattern.test(id)) return [{ id, rest }]
    // What stands after the sign may be a secret, so only the part before it is shown.
    const reason = at < 0 ? 'a line without =' : 'not an id'
    report({
      input,
      ...(at > 0 && { value: `${id}=...` }),
      reason,
      remedy: `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`,
    })
    return []
  })

const readFile = (
  path: string,
  id: string,
  workspace: string,
  report: ReportProblem,
): string | undefined => {
  if (!reportOutside('secret-files', path, workspace, report)) return undefined
  try {
    return readRegularFile(resolve(workspace, path), largestBytes).toString('latin1')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    report({
      input: 'secret-files',
      value: `${id}=${path}`,
      reason: `cannot be read (${code ?? message})`,
      remedy: 'Check the path; it starts in the workspace.',
    })
    return undefined
  }
}

const fromEnvironment = (
  { id, rest }: Entry,
  { env }: SecretPlaces,
  report: ReportProblem,
): Secret | undefined => {
  const value = env[rest.trim()]
  if (value !== undefined) return new Secret(value)
  report({
    input: 'secret-envs',
    value: `${id}=${rest}`,
    reason: 'the step has no such environment variable',
    remedy: 'Set it with env: on the step or the job.',
  })
  return undefined
}

/** A step that mounts a secret without a value would fail later, or worse, not at all. */
const reportEmpty = (input: InputName, id: string, trigger: Trigger, report: ReportProblem) => {
  const why = whySecretsAreEmpty(trigger)
  report({
    input,
    value: id,
    reason: `it has no value${why === undefined ? '' : `: ${why}`}`,
    remedy:
      'Check where the value comes from, or leave the line out where there is none (`RUN --mount=type=secret` needs no value unless it says required=true).',
  })
}

const reportSizesAndTwins = (
  secrets: readonly BuildSecret[],
  taken: string | undefined,
  report: ReportProblem,
): void => {
  const seen = new Set(taken === undefined ? [] : [taken])
  for (const { id, value } of secrets) {
    const remedy = "Give every secret an id of its own, and see secret-id for the token's."
    if (seen.has(id))
      report({ input: 'secrets', value: id, reason: 'the id is used twice', remedy })
    seen.add(id)
    if (value.exposeBytes().length > largestBytes) {
      report({
        input: 'secrets',
        value: id,
        reason: 'larger than the 500 KB that BuildKit takes',
        remedy: 'Pass a key to it instead.',
      })
    }
  }
}

/** The names of environment variables whose values are secrets, so that no child gets them. */
export const secretVariables = (raw: RawInputs): readonly string[] =>
  toLines(raw['secret-envs']).map((line) => line.slice(line.indexOf('=') + 1).trim())

/**
 * Reads the further secrets of the build.
 *
 * @param tokenId the id that the token uses, if there is one
 */
export const readSecrets = (
  raw: RawInputs,
  places: SecretPlaces,
  tokenId: string | undefined,
  report: ReportProblem,
): readonly BuildSecret[] => {
  const written = toEntries('secrets', splitSecrets(raw['secrets'] ?? ''), 'value', report)
  const variables = toEntries('secret-envs', toLines(raw['secret-envs']), 'VARIABLE', report)
  const files = toEntries('secret-files', toLines(raw['secret-files']), 'path', report)
  const read = (input: InputName, entries: readonly Entry[], toValue: ToValue) =>
    entries.flatMap((entry) => {
      const value = entry.rest.trim() === '' ? new Secret('') : toValue(entry)
      if (value?.exposeBytes().length === 0) reportEmpty(input, entry.id, places.trigger, report)
      return value === undefined ? [] : [{ id: entry.id, value }]
    })
  const secrets = [
    ...read('secrets', written, ({ rest }) => new Secret(rest)),
    ...read('secret-envs', variables, (entry) => fromEnvironment(entry, places, report)),
    ...read('secret-files', files, ({ id, rest }) => {
      const content = readFile(rest.trim(), id, places.workspace, report)
      return content === undefined ? undefined : new Secret(content, 'latin1')
    }),
  ]
  reportSizesAndTwins(secrets, tokenId, report)
  return secrets
}
