import { resolve } from 'node:path'
import { readRegularFile } from '../host/read-file.ts'
import { Secret } from '../secret.ts'
import type { BuildSecret } from './credentials.ts'
import type { RawInputs } from './raw-inputs.ts'
import { type Reader, toLines } from './reader.ts'
import { reportOutside } from './report-outside.ts'
import { type Trigger, whySecretsAreEmpty } from './trigger.ts'

/** `--secret` is CSV: a comma in an id would start another option. */
const idPattern = /^[\w.-]+$/

/** BuildKit's own limit. */
const largestBytes = 500 * 1024

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
type ToValue = (reader: Reader, entry: Entry) => Secret | undefined

const fromText: ToValue = (_, { rest }) => new Secret(rest)

const toEntries = ({ raw, report }: Reader, { input, split, what }: Source): readonly Entry[] =>
  split(raw[input] ?? '').flatMap((entry) => {
    const at = entry.indexOf('=')
    const id = entry.slice(0, Math.max(at, 0)).trim()
    if (at > 0 && idPattern.test(id)) return [{ id, rest: entry.slice(at + 1) }]
    // What stands after the sign may be a secret, so only the part before it is shown.
    const reason = at < 0 ? 'a line without =' : 'not an id'
    const how = `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`
    report(input, `${reason}. ${how}`, at > 0 ? `${id}=...` : undefined)
    return []
  })

const fromFile: ToValue = (reader, { id, rest }) => {
  const path = rest.trim()
  if (!reportOutside(reader, 'secret-files', path)) return undefined
  try {
    const bytes = readRegularFile(resolve(reader.run.workspace, path), largestBytes)
    return new Secret(bytes.toString('latin1'), 'latin1')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const text = `cannot be read (${code ?? message}). Check the path; it starts in the workspace.`
    reader.report('secret-files', text, `${id}=${path}`)
    return undefined
  }
}

const fromEnvironment: ToValue = ({ run, report }, { id, rest }) => {
  const value = run.env[rest.trim()]
  if (value !== undefined) return new Secret(value)
  const how = 'Set it with env: on the step or the job.'
  report('secret-envs', `the step has no such environment variable. ${how}`, `${id}=${rest}`)
  return undefined
}

/** Inputs with secrets: how each is cut, what stands behind an entry's id, and what that means. */
const sources = [
  { input: 'secrets', split: splitSecrets, what: 'value', toValue: fromText },
  { input: 'secret-envs', split: toLines, what: 'VARIABLE', toValue: fromEnvironment },
  { input: 'secret-files', split: toLines, what: 'path', toValue: fromFile },
] as const

type Source = (typeof sources)[number]

/** A step that mounts a secret without a value would fail later, or worse, not at all. */
const renderEmpty = (trigger: Trigger): string => {
  const why = whySecretsAreEmpty(trigger)
  return `it has no value${why === undefined ? '' : `: ${why}`}. Check where the value comes from, or leave the line out where there is none (\`RUN --mount=type=secret\` needs no value unless it says required=true).`
}

const reportSizesAndTwins = (
  { report }: Reader,
  secrets: readonly BuildSecret[],
  taken: string | undefined,
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
  reader: Reader,
  tokenId: string | undefined,
): readonly BuildSecret[] => {
  const { run, report } = reader
  const secrets = sources.flatMap((source) =>
    toEntries(reader, source).flatMap((entry) => {
      const value = entry.rest.trim() === '' ? new Secret('') : source.toValue(reader, entry)
      if (value?.exposeBytes().length === 0)
        report(source.input, renderEmpty(run.trigger), entry.id)
      return value === undefined ? [] : [{ id: entry.id, value }]
    }),
  )
  reportSizesAndTwins(reader, secrets, tokenId)
  return secrets
}
