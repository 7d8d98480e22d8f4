import { Failure } from '../../../failure.ts'
import { type Answer, isPassing, type Requests, retry, toPassing } from '../../../host/http.ts'
import type { Actions, Patience } from './batch.ts'
import type { Draft, Wanted } from './draft.ts'

export type Downloads = {
  readonly requests: Requests
  readonly actions: Actions
  readonly signal: AbortSignal
  readonly patience: Patience
}

/** Whoever has brought so much since the last trouble may be asked again. */
const enoughBytes = 1_000_000

/** Where an answer's first byte belongs; undefined where that cannot be told. */
const toStart = ({ status, headers }: Answer): number | undefined => {
  if (status === 200) return 0
  const [, first] =
    /^bytes (\d{1,16})-\d{1,16}\/(?:\d{1,16}|\*)$/.exec(headers['content-range'] ?? '') ?? []
  return first === undefined ? undefined : Number(first)
}

/** Writes what comes, until its end, or until nothing comes any more. */
const pour = async ({ body }: Answer, draft: Draft, silenceMs: number): Promise<void> => {
  const timer = setTimeout(() => body.destroy(new Error('nothing came any more')), silenceMs)
  try {
    const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      const next = await pieces.next().catch((cause: unknown) => {
        throw toPassing(cause)
      })
      if (next.done) return
      await draft.write(next.value)
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
}

/** An address may have ended earlier than its server said; which of these says so, each one has its own view. */
const isRefused = (status: number): boolean => [400, 401, 403, 404, 410].includes(status)

type Tries = { refusals: number }

/** @returns when there is nothing more to come, whether all has come or not */
const receive = async (
  { requests, actions, patience }: Downloads,
  wanted: Wanted,
  draft: Draft,
  tries: Tries,
): Promise<void> => {
  const { url, headers } = await actions.get(wanted)
  const from = draft.bytes()
  const answer = await requests.send(
    url,
    { ...headers, 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
    { forOthers: ['accept-encoding', 'range'] },
  )
  const { status } = answer
  if (status === 200 || status === 206) {
    tries.refusals = 0
    const start = toStart(answer)
    if (start === 0 && from > 0) await draft.restart()
    if (start === 0 || start === from) {
      await pour(answer, draft, patience.silenceMs)
      const more = draft.bytes() - (start ?? 0)
      if (draft.bytes() < wanted.sizeBytes && more > 0) throw toPassing(undefined)
      return
    }
  }
  answer.body.destroy()
  // It has no more than this, or gives another part than it was asked for: whole, or not at all.
  if (status === 416 || status === 206) return
  if (!isRefused(status) || tries.refusals > 0)
    throw new Failure(`${url.host} answered ${status} to ${wanted.path}`)
  tries.refusals += 1
  actions.drop(wanted)
  throw toPassing(new Error(`${url.host} answered ${status}`))
}

/** As long as something comes in between, trouble may come as often as it likes. */
const transfer = async (downloads: Downloads, wanted: Wanted, draft: Draft): Promise<void> => {
  const { signal, patience } = downloads
  const tries: Tries = { refusals: 0 }
  for (;;) {
    const before = draft.bytes()
    try {
      return await retry(() => receive(downloads, wanted, draft, tries), signal, patience.pauseMs)
    } catch (error) {
      if (!isPassing(error) || draft.bytes() - before < enoughBytes) throw error
    }
  }
}

/**
 * Brings one object, and once more should it be another one than its digest promises.
 *
 * @throws {Failure} where it cannot be had, or is wrong twice
 */
export const download = async (
  downloads: Downloads,
  wanted: Wanted,
  draft: Draft,
): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    await transfer(downloads, wanted, draft)
    const wrong = await draft.finish()
    if (wrong === undefined) return
    if (tries === 2)
      throw new Failure(`The server sent ${wanted.path} wrongly, twice: ${wrong}`, {
        remedy: 'Its object is broken there: `git lfs push --all origin` in a clone that has it.',
      })
    await draft.restart()
  }
}
