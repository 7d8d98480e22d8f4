import { delimiter, join } from 'node:path'
import { attempt } from '../failure.ts'
import { canRun } from '../host/access.ts'
import type { Env } from '../host/command.ts'
import { type Ended, runCaptured } from '../host/process.ts'
import { toLine } from '../text/to-line.ts'

/** Who asks the cluster: kubectl knows how to sign in, and takes paths of the API as they are. */
export type Kubectl = {
  /** Undefined where it is not there, may not be read, or nobody answers. */
  readonly get: <T>(path: string) => Promise<T | undefined>
  /** What the server said against it; undefined when it is gone. */
  readonly remove: (path: string) => Promise<string | undefined>
}

const answerMs = 10_000

export const createKubectl = (
  env: Env,
  {
    signal,
    context,
  }: { readonly signal?: AbortSignal | undefined; readonly context?: string | undefined },
): Kubectl => {
  const ask = (verb: 'get' | 'delete', path: string): Promise<Ended | undefined> => {
    const chosen = context === undefined ? [] : [`--context=${context}`]
    const args = [verb, '--raw', path, `--request-timeout=${answerMs / 1_000}s`, ...chosen]
    // It may not be there at all.
    return runCaptured({ file: 'kubectl', args, env, timeoutMs: 2 * answerMs, signal }).catch(
      () => undefined,
    )
  }
  return {
    get: async <T>(path: string) => {
      const ended = await ask('get', path)
      return ended?.code === 0 ? attempt(() => JSON.parse(ended.stdout) as T) : undefined
    },
    remove: async (path) => {
      const ended = await ask('delete', path)
      if (ended === undefined) return 'there is no kubectl'
      if (ended.code === 0 || ended.stderr.includes('(NotFound)')) return undefined
      return ended.timedOut ? 'no answer within its deadline' : toLine(ended.stderr)
    },
  }
}

/** Whether there is one to ask. */
export const hasKubectl = (env: Env): boolean =>
  (env['PATH'] ?? '').split(delimiter).some((folder) => folder && canRun(join(folder, 'kubectl')))

/** What a list of the API has. */
type ApiList<T> = {
  readonly items?: readonly T[]
  readonly metadata?: { readonly continue?: string }
}

/** More than anybody has of them in a namespace. */
const mostPages = 20

/** Reads a list to its end; undefined where nobody answers, or may not. */
export const listAll = async <T>(
  { get }: Kubectl,
  path: string,
): Promise<readonly T[] | undefined> => {
  const found: T[] = []
  const start = `${path}${path.includes('?') ? '&' : '?'}limit=500`
  let rest: string | undefined = ''
  for (let page = 0; rest !== undefined && page < mostPages; page += 1) {
    const next: string = rest === '' ? '' : `&continue=${encodeURIComponent(rest)}`
    const list: ApiList<T> | undefined = await get<ApiList<T>>(`${start}${next}`)
    if (list === undefined && page === 0) return undefined
    if (Array.isArray(list?.items)) found.push(...list.items)
    rest = list?.metadata?.continue || undefined
  }
  return found
}
