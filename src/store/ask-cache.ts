import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readStream } from '../host/bounds.ts'
import type { Env } from '../host/command.ts'
import { splitLines } from '../host/lines.ts'
import type { WriteLine } from '../host/log-fence.ts'
import { startGroup } from '../host/process-group.ts'

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

/** What the client reads from its standard input. */
export type CacheQuestion = Pick<CacheAccess, 'variables'> & {
  readonly path: string
  /** Whole keys of new entries, or the beginnings of some to look for. */
  readonly keys: readonly string[]
  /**
   * `look` only finds keys, `note` makes entries whose names are all that counts, `save` makes one of what is
   * at the path, and `fetch` names an entry's archive `archive`.
   */
  readonly kind: 'look' | 'note' | 'save' | 'fetch'
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

/**
 * Has a process of its own ask the Actions cache, and ends it at the deadline or with the step.
 * `@actions/cache` has no brake, annotates the step with errors and warnings of its own, and prints the
 * names of entries as they are, which could hold a command for the runner: of all that it prints only
 * masks are taken for what they are. The token goes through a pipe alone.
 *
 * @returns the keys of the entries that were found or made, in that order; undefined for what was not
 */
export const askCache = async (
  { env, variables, mask, debug, signal }: CacheAccess,
  timeoutMs: number,
  question: Omit<CacheQuestion, 'variables'>,
): Promise<readonly (string | undefined)[]> => {
  const command = { file: process.execPath, args: [script], env, timeoutMs, signal }
  const { child, ended } = startGroup(command, ['pipe', 'pipe', 'pipe', 'pipe'])
  const [stdin, stdout, stderr, answers] = child.stdio
  const hear = (line: string): void => {
    const [, value] = /^::add-mask::(.*)/.exec(line) ?? []
    if (value === undefined) debug(`Actions cache: ${line}`)
    else mask(toValue(value))
  }
  for (const output of [stdout, stderr]) splitLines(output as Readable, hear)
  // Ended early, it closes its pipes; its exit code says why.
  stdin?.on('error', () => {}).end(JSON.stringify({ variables, ...question }))
  const answer = readStream(answers as Readable, "The Actions cache's answer").catch(() => '')
  const { code, timedOut } = await ended
  if (timedOut) throw new Error(`no answer within ${timeoutMs} ms`)
  if (code !== 0) throw new Error(`the client ended with exit code ${code}`)
  const found: unknown = JSON.parse(await answer)
  const toKey = (key: unknown): string | undefined => (typeof key === 'string' ? key : undefined)
  return Array.isArray(found) ? found.map(toKey) : []
}
