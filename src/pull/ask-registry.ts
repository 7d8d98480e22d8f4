import { readText } from '../host/http.ts'
import { parseJson } from '../image/sources/blob-image.ts'
import type { Asker } from '../image/sources/registry/asker.ts'
import { createConversation, type Place } from '../image/sources/registry/conversation.ts'

/** Nobody waits longer for what only makes an error better. */
const timeoutMs = 10_000

const largestList = 4_000_000

const within = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

/** The tags that a repository has; empty where the registry does not say. */
export const findTags = async (
  place: Place,
  { env, signal }: Asker,
): Promise<readonly string[]> => {
  const { get, dispose } = createConversation(place, { env, signal: within(signal) })
  try {
    // By default ghcr.io and Docker Hub give a hundred, and the oldest first.
    const answer = await get('tags/list?n=1000')
    const text = (await readText(answer, largestList, 'The list of tags')).toString('utf8')
    const { tags } = parseJson<{ readonly tags?: unknown }>(text, 'the list of tags')
    const all = Array.isArray(tags) ? tags : []
    return all.filter((tag) => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag))
  } catch {
    return []
  } finally {
    dispose()
  }
}

/** How often Docker Hub lets somebody pull. */
export type PullLimit = {
  /** In so many seconds. */
  readonly limit: number
  readonly windowS: number
  readonly remaining: number
}

/** `100;w=21600` */
const parseAmount = (header: unknown): readonly [number, number] | undefined => {
  const [, amount, windowS] = /^(\d{1,9})(?:;w=(\d{1,9}))?$/.exec(`${header ?? ''}`) ?? []
  return amount === undefined ? undefined : [Number(amount), Number(windowS ?? 21_600)]
}

/** The repository that Docker has made for this question; a HEAD is no pull. */
const limitPlace = { domain: 'docker.io', repository: 'ratelimitpreview/test', version: 'latest' }

/** What Docker Hub says of whoever asks, with Docker's login where there is one; undefined for no limit. */
export const findPullLimit = async (
  { env, signal }: Asker,
  place: Place = limitPlace,
): Promise<PullLimit | undefined> => {
  const { head, dispose } = createConversation(place, { env, signal: within(signal) })
  try {
    const headers = await head(`manifests/${place.version}`)
    const limit = parseAmount(headers['ratelimit-limit'])
    const remaining = parseAmount(headers['ratelimit-remaining'])
    if (limit === undefined || remaining === undefined) return undefined
    return { limit: limit[0], windowS: limit[1], remaining: remaining[0] }
  } catch {
    return undefined
  } finally {
    dispose()
  }
}
