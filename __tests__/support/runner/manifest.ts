import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Contexts, expand } from './expressions.ts'

/** The parts of action.yml that running needs. */
export interface Manifest {
  readonly name: string
  readonly main: string
  readonly post: string | undefined
  readonly postIf: string
  readonly inputs: readonly InputDefinition[]
}

export interface InputDefinition {
  readonly name: string
  readonly default: string
  readonly deprecationMessage: string | undefined
}

type Json = Readonly<Record<string, unknown>>

function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function asText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value)
}

/** Reads action.yml (or .yaml) of a JavaScript action for Node 24. */
export async function readManifest(actionDir: string): Promise<Manifest> {
  const source = await readFile(join(actionDir, 'action.yml'), 'utf8').catch(() =>
    readFile(join(actionDir, 'action.yaml'), 'utf8'),
  )
  const document = asRecord(parse(source))
  const runs = asRecord(document['runs'])
  if (runs['using'] !== 'node24') {
    throw new Error(`${actionDir}: runs.using must be node24, got ${asText(runs['using'])}`)
  }
  const main = asText(runs['main'])
  if (main === undefined) throw new Error(`${actionDir}: runs.main is missing`)
  return {
    name: asText(document['name']) ?? actionDir,
    main,
    post: asText(runs['post']),
    postIf: asText(runs['post-if']) ?? 'always()',
    inputs: Object.entries(asRecord(document['inputs'])).map(([name, definition]) => ({
      name,
      default: asText(asRecord(definition)['default']) ?? '',
      deprecationMessage: asText(asRecord(definition)['deprecationMessage']),
    })),
  }
}

/** The inputs an action sees, and the warnings the runner gives about the given ones. */
export interface ResolvedInputs {
  readonly values: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

/** Merges given inputs with defaults, as ActionRunner.cs does: unknown ones are passed on too. */
export function resolveInputs(
  manifest: Manifest,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
): ResolvedInputs {
  const values = new Map(Object.entries(given))
  const isGiven = (name: string): boolean =>
    [...values.keys()].some((key) => key.toLowerCase() === name.toLowerCase())
  const known = manifest.inputs.map(({ name }) => name)
  const unexpected = [...values.keys()].filter(
    (name) => !known.some((other) => other.toLowerCase() === name.toLowerCase()),
  )
  const warnings = manifest.inputs
    .filter(({ name, deprecationMessage }) => deprecationMessage !== undefined && isGiven(name))
    .map(
      ({ name, deprecationMessage }) =>
        `Input '${name}' has been deprecated with message: ${deprecationMessage}`,
    )
  if (unexpected.length > 0) {
    warnings.push(
      `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${known.join("', '")}']`,
    )
  }
  for (const input of manifest.inputs) {
    if (!isGiven(input.name)) values.set(input.name, expand(input.default, contexts))
  }
  return { values, warnings }
}
