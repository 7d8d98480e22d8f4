import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { attempt, Failure } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { splitLines } from '../host/lines.ts'
import type { WriteLine } from '../host/log-fence.ts'
import { type Group, startGroup } from '../host/process-group.ts'

/** How the Actions cache is asked. */
export type CacheAccess = {
  /** What the client inherits. */
  readonly env: Env
  /** Where the cache is, and the token for it. */
  readonly variables: Readonly<Record<string, string>>
  readonly mask: (value: string) => void
  readonly debug: WriteLine
  readonly signal: AbortSignal
}

/** A line that the client reads from its standard input. */
export type CacheQuestion = Pick<CacheAccess, 'variables'> & {
  /** The answer has it, too: who fetches may be asked several things at once. */
  readonly id: number
  /** Of the step's own, where all of this question's files go. */
  readonly folder: string
  /** In that folder. */
  readonly path: string
  /** Whole keys of new entries, or the beginnings of some to look for. */
  readonly keys: readonly string[]
  /**
   * `look` only finds keys, `note` makes entries whose names are all that counts, `save` makes one of what is
   * at the path, and `fetch` names an entry's archive `archive`.
   */
  readonly kind: 'look' | 'note' | 'save' | 'fetch'
}

/** A line that the client writes. */
export type CacheAnswer = {
  readonly id: number
  /** Of the entries that were found or made, in the question's order; null for what was not. */
  readonly keys: readonly (string | null)[]
  /** Why it has none. */
  readonly error?: string
}

/** Beside us in the bundle; a source beside sources. */
const script = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../cache-client.ts', import.meta.url)
    : new URL('./cache-client.js', import.meta.url),
)

/** As the runner reads the values of commands. */
const toValue = (value: string): string =>
  value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

/** Starts a client, which reads questions in lines, and writes a line for each to its descriptor 3. */
export const startClient = (
  { env, signal }: Pick<CacheAccess, 'env'> & { readonly signal?: AbortSignal },
  timeoutMs: number,
): Group => {
  const command = { file: process.execPath, args: [script], env, timeoutMs }
  const group = startGroup({ ...command, ...(signal && { signal }) }, [
    'pipe',
    'pipe',
    'pipe',
    'pipe',
  ])
  // Ended early, it closes its pipes; its exit code says why.
  group.child.stdin?.on('error', () => {})
  return group
}

/** Takes masks of what the library prints, and the rest for what it is: others' words. */
export const hearClient = (
  { stdout, stderr }: Group['child'],
  { mask, debug }: Pick<CacheAccess, 'mask' | 'debug'>,
): void => {
  const hear = (line: string): void => {
    const [, value] = /^::add-mask::(.*)/.exec(line) ?? []
    if (value === undefined) debug(`Actions cache: ${line}`)
    else mask(toValue(value))
  }
  for (const output of [stdout, stderr]) splitLines(output as Readable, hear)
}

/** Keys are what the service says; undefined where the line is none of a client's. */
export const parseAnswer = (line: string): CacheAnswer | undefined => {
  const said = attempt(() => JSON.parse(line) as CacheAnswer | null)
  if (!Array.isArray(said?.keys)) return undefined
  return { ...said, keys: said.keys.map((key) => (typeof key === 'string' ? key : null)) }
}

/** @throws {Failure} where the client could not ask */
export const readKeys = ({ keys, error }: CacheAnswer): readonly (string | undefined)[] => {
  if (error !== undefined) throw new Failure(`The Actions cache cannot be asked: ${error}`)
  return keys.map((key) => key ?? undefined)
}

/**
 * Has a process of its own ask the Actions cache, and ends it at the deadline or with the step.
 * `@actions/cache` has no brake, annotates the step with errors and warnings of its own, and prints the
 * names of entries as they are, which could hold a command for the runner: of all that it prints only
 * masks are taken for what they are. The token goes through a pipe alone.
 *
 * @returns the keys of the entries that were found or made, in that order; undefined for what was not
 */
export const askCache = async (
  access: CacheAccess,
  timeoutMs: number,
  question: Omit<CacheQuestion, 'variables' | 'folder' | 'id'>,
): Promise<readonly (string | undefined)[]> => {
  const { env, variables } = access
  const { child, ended } = startClient(access, timeoutMs)
  hearClient(child, access)
  const folder = env['RUNNER_TEMP'] ?? ''
  let answer: CacheAnswer | undefined
  splitLines(child.stdio[3] as Readable, (line) => {
    answer = parseAnswer(line)
    // It ends when it hears no more.
    child.stdin?.end()
  })
  child.stdin?.write(`${JSON.stringify({ id: 0, variables, folder, ...question })}\n`)
  const { code, timedOut } = await ended
  if (answer !== undefined) return readKeys(answer)
  if (timedOut) throw new Error(`no answer within ${timeoutMs} ms`)
  throw new Error(`the client ended with exit code ${code}`)
}
