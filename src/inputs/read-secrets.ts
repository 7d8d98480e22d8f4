import { resolve } from 'node:path'
import { readRegularFile } from '../host/read-file.ts'
import { Secret } from '../secret.ts'
import type { BuildSecret } from './inputs.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'
import { type Reader, toLines } from './reader.ts'
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

/** An input with secrets: its entries, what stands in them behind the id, and where the value is. */
type Source = {
  readonly input: 'secrets' | 'secret-envs' | 'secret-files'
  readonly entries: readonly string[]
  readonly what: string
  /** Undefined where something has been reported already. */
  readonly toValue: (entry: Entry) => Secret | undefined
}

const toEntries = ({ input, entries, what }: Source, report: ReportProblem): readonly Entry[] =>
  entries.flatMap((entry) => {
    const at = entry.indexOf('=')
    const id = entry.slice(0, Math.max(at, 0)).trim()
    if (at > 0 && idPattern.test(id)) return [{ id, rest: entry.slice(at + 1) }]
    // What stands after the sign may be a secret, so only the part before it is shown.
    const reason = at < 0 ? 'a line without =' : 'not an id'
    const how = `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`
    report(input, `${reason}. ${how}`, at > 0 ? `${id}=...` : undefined)
    return []
  })

const readFile = (
  { id, rest }: Entry,
  workspace: string,
  report: ReportProblem,
): Secret | undefined => {
  const path = rest.trim()
  if (!reportOutside('secret-files', path, workspace, report)) return undefined
  try {
    const bytes = readRegularFile(resolve(workspace, path), largestBytes)
    return new Secret(bytes.toString('latin1'), 'latin1')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const text = `cannot be read (${code ?? message}). Check the path; it starts in the workspace.`
    report('secret-files', text, `${id}=${path}`)
    return undefined
  }
}

const fromEnvironment = (
  { id, rest }: Entry,
  env: SecretPlaces['env'],
  report: ReportProblem,
): Secret | undefined => {
  const value = env[rest.trim()]
  if (value !== undefined) return new Secret(value)
  const how = 'Set it with env: on the step or the job.'
  report('secret-envs', `the step has no such environment variable. ${how}`, `${id}=${rest}`)
  return undefined
}

/** A step that mounts a secret without a value would fail later, or worse, not at all. */
const renderEmpty = (trigger: Trigger): string => {
  const why = whySecretsAreEmpty(trigger)
  return `it has no value${why === undefined ? '' : `: ${why}`}. Check where the value comes from, or leave the line out where there is none (\`RUN --mount=type=secret\` needs no value unless it says required=true).`
}

const reportSizesAndTwins = (
  secrets: readonly BuildSecret[],
  taken: string | undefined,
  report: ReportProblem,
): void => {
  const seen = new Set([taken])
  const twice = "Give every secret an id of its own, and see secret-id for the token's."
  for (const { id, value } of secrets) {
    if (seen.has(id)) report('secrets', `the id is used twice. ${twice}`, id)
    seen.add(id)
    if (value.exposeBytes().length <= largestBytes) continue
    report('secrets', 'larger than the 500 KB that BuildKit takes. Pass a key to it instead.', id)
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
  { raw, report }: Reader,
  { workspace, env, trigger }: SecretPlaces,
  tokenId: string | undefined,
): readonly BuildSecret[] => {
  const sources: readonly Source[] = [
    {
      input: 'secrets',
      entries: splitSecrets(raw['secrets'] ?? ''),
      what: 'value',
      toValue: ({ rest }) => new Secret(rest),
    },
    {
      input: 'secret-envs',
      entries: toLines(raw['secret-envs']),
      what: 'VARIABLE',
      toValue: (entry) => fromEnvironment(entry, env, report),
    },
    {
      input: 'secret-files',
      entries: toLines(raw['secret-files']),
      what: 'path',
      toValue: (entry) => readFile(entry, workspace, report),
    },
  ]
  const secrets = sources.flatMap((source) =>
    toEntries(source, report).flatMap((entry) => {
      const value = entry.rest.trim() === '' ? new Secret('') : source.toValue(entry)
      if (value?.exposeBytes().length === 0) report(source.input, renderEmpty(trigger), entry.id)
      return value === undefined ? [] : [{ id: entry.id, value }]
    }),
  )
  reportSizesAndTwins(secrets, tokenId, report)
  return secrets
}
