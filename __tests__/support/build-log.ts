/** What buildx printed for real (`logs/`, with BUILDKIT_PROGRESS=rawjson), and other words of BuildKit's. */
import { readFileSync } from 'node:fs'
import type { BuildEvent } from '../../src/build/event.ts'
import { createProgress } from '../../src/build/progress.ts'

export const recorded = (name: string): string =>
  readFileSync(new URL(`../build/logs/${name}.jsonl`, import.meta.url), 'utf8')

/** @param pieces as they come out of a pipe */
export const follow = (...pieces: readonly (string | Buffer)[]) => {
  const events: BuildEvent[] = []
  const progress = createProgress((event) => events.push(event))
  const sink = progress.createSink()
  for (const piece of pieces) sink.write(Buffer.from(piece))
  sink.end()
  progress.finish()
  return { events, ...progress.stats() }
}

export const toEvents = (printed: string): readonly BuildEvent[] => follow(printed).events

const at = (ms: number): string => new Date(1_800_000_000_000 + ms).toISOString()

const status = (fields: unknown): string => `${JSON.stringify(fields)}\n`

/** A step that prints something, and ends after 2 s, or with an error. */
export const step = (name: string, output: string, error?: string): string => {
  const vertex = { digest: `sha256:${name}`, name, started: at(0) }
  const data = Buffer.from(output).toString('base64')
  return [
    status({ vertexes: [vertex] }),
    status({ logs: [{ vertex: vertex.digest, stream: 1, data, timestamp: at(500) }] }),
    status({ vertexes: [{ ...vertex, completed: at(2_000), error }] }),
  ].join('')
}
