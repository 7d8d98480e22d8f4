import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type StepRecord, setIgnoringCase } from './step-record.ts'
import type { FileCommand, Phase } from './types.ts'

/** File prefixes of the runner, after FileCommandManager.cs. */
const PREFIXES: Readonly<Record<FileCommand, string>> = {
  path: 'add_path_',
  env: 'set_env_',
  step_summary: 'step_summary_',
  state: 'save_state_',
  output: 'set_output_',
}
const MAX_SUMMARY_BYTES = 1024 * 1024

/** Makes this phase's empty files below RUNNER_TEMP. */
export async function createCommandFiles(temp: string): Promise<Record<FileCommand, string>> {
  const folder = join(temp, '_runner_file_commands')
  await mkdir(folder, { recursive: true })
  const suffix = randomUUID()
  const fileOf = (name: FileCommand): string => join(folder, PREFIXES[name] + suffix)
  const files = {
    path: fileOf('path'),
    env: fileOf('env'),
    step_summary: fileOf('step_summary'),
    state: fileOf('state'),
    output: fileOf('output'),
  }
  for (const file of Object.values(files)) await writeFile(file, '')
  return files
}

interface Cursor {
  readonly text: string
  index: number
}

/** A line and whether it ended with a line feed; undefined at the end of the text. */
function readLine(cursor: Cursor): { line: string; ended: boolean } | undefined {
  const { text, index } = cursor
  if (index >= text.length) return undefined
  const feed = text.indexOf('\n', index)
  cursor.index = feed < 0 ? text.length : feed + 1
  return { line: text.slice(index, feed < 0 ? undefined : feed), ended: feed >= 0 }
}

function readHeredoc(cursor: Cursor, delimiter: string): string {
  const start = cursor.index
  let end = start
  for (let next = readLine(cursor); next?.line !== delimiter; next = readLine(cursor)) {
    if (next === undefined) {
      throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    }
    if (!next.ended) throw new Error('Invalid value. EOF marker missing new line.')
    end = cursor.index - 1
  }
  return cursor.text.slice(start, end)
}

/** Reads `NAME=VALUE` and `NAME<<DELIMITER` entries one by one, so that early ones still count. */
export function* parseKeyValues(text: string): Generator<readonly [string, string]> {
  const cursor: Cursor = { text: text.replace(/^\ufeff/, ''), index: 0 }
  for (let next = readLine(cursor); next !== undefined; next = readLine(cursor)) {
    const { line } = next
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.slice(0, equals), line.slice(equals + 1)]
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '') {
        const rule = 'Name must not be empty and delimiter must not be empty'
        throw new Error(`Invalid format '${line}'. ${rule}`)
      }
      yield [name, readHeredoc(cursor, delimiter)]
    } else {
      throw new Error(`Invalid format '${line}'`)
    }
  }
}

function applyEnv(record: StepRecord, text: string, phase: Phase): void {
  for (const [name, value] of parseKeyValues(text)) {
    if (name.toUpperCase() === 'NODE_OPTIONS') {
      const message = "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."
      record.annotate('error', message, phase)
    } else {
      record.env.set(name, value)
    }
  }
}

function applyPath(record: StepRecord, text: string): void {
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') continue
    const known = record.path.indexOf(line)
    if (known >= 0) record.path.splice(known, 1)
    record.path.push(line)
  }
}

function applySummary(record: StepRecord, text: string, phase: Phase): void {
  const bytes = Buffer.byteLength(text)
  if (bytes === 0) return
  if (bytes > MAX_SUMMARY_BYTES) {
    const sizes = `supports content up to a size of 1024k, got ${Math.floor(bytes / 1024)}k`
    const link =
      'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary'
    const message = `$GITHUB_STEP_SUMMARY upload aborted, ${sizes}. For more information see: ${link}`
    record.annotate('error', message, phase)
    return
  }
  const lines = text.replace(/(?:\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/)
  record.summaries.push(`${lines.map((line) => record.masker.mask(line)).join('\n')}\n`)
}

function apply(record: StepRecord, name: FileCommand, text: string, phase: Phase): void {
  switch (name) {
    case 'path':
      applyPath(record, text)
      break
    case 'env':
      applyEnv(record, text, phase)
      break
    case 'step_summary':
      applySummary(record, text, phase)
      break
    case 'state':
      for (const [key, value] of parseKeyValues(text)) setIgnoringCase(record.state, key, value)
      break
    case 'output':
      for (const [key, value] of parseKeyValues(text)) setIgnoringCase(record.outputs, key, value)
      break
  }
}

/** Takes over what the phase wrote; a file that does not parse fails the step. */
export async function processCommandFiles(
  record: StepRecord,
  files: Readonly<Record<FileCommand, string>>,
  phase: Phase,
): Promise<void> {
  for (const [name, file] of Object.entries(files) as [FileCommand, string][]) {
    // The action may have removed the file; the runner takes that as empty.
    const text = await readFile(file, 'utf8').catch(() => '')
    try {
      apply(record, name, text, phase)
    } catch (error) {
      record.annotate('error', `Unable to process file command '${name}' successfully.`, phase)
      record.annotate('error', error instanceof Error ? error.message : `${error}`, phase)
      record.failed = true
    }
  }
}
