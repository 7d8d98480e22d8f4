import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BuildEvent } from '../../src/build/event.ts'
import { renderBriefly, renderEvent } from '../../src/build/render-event.ts'
import { follow, recorded, step, toEvents } from '../support/build-log.ts'

const render = (printed: string): string => toEvents(printed).flatMap(renderEvent).join('\n')

const briefly = (printed: string): readonly string[] =>
  toEvents(printed).flatMap((event) => renderBriefly(event) ?? [])

const textsOf = (events: readonly BuildEvent[], kind: 'output' | 'text'): readonly string[] =>
  events.flatMap((event) => (event.kind === kind ? [event.text] : []))

describe('what buildx printed for real', () => {
  test('two stages side by side, nearly as BuildKit shows them', () => {
    expect(render(recorded('stages'))).toBe(`
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 377 B done
#1 DONE 0.0s

#2 [internal] load metadata for docker.io/slipway-testbed/base:latest
#2 DONE 0.0s

#3 [internal] load .dockerignore
#3 transferring context: 2 B done
#3 DONE 0.0s

#4 [internal] load build context

#5 [two 1/2] FROM docker.io/slipway-testbed/base:latest
#5 CACHED

#6 [one 2/2] RUN for i in 1 2 3; do echo one $i; sleep 0.4; done; echo recorded-1 > /one

#7 [two 2/2] RUN for i in 1 2 3; do echo two $i; sleep 0.5; done >&2; echo recorded-1 >/two
#4 transferring context: 377 B done
#4 DONE 0.0s

#8 [stage-2 2/4] COPY Dockerfile /
#8 DONE 0.0s
#7 0.302 two 1
#6 0.320 one 1
#6 0.722 one 2
#7 0.805 two 2
#6 1.123 one 3
#7 1.306 two 3
#6 DONE 1.6s
#7 DONE 1.9s

#9 [stage-2 3/4] COPY --from=one /one /one
#9 DONE 0.0s

#10 [stage-2 4/4] COPY --from=two /two /two
#10 DONE 0.1s

#11 exporting to image
#11 exporting layers 0.3s done
#11 writing image sha256:54b2e3f72d58852baea5ccc4decdc085d036c09ba710856cf5e74cd709894c4a done
#11 naming to docker.io/library/recorded-stages done
#11 DONE 0.3s`)
  })

  test.each([
    [
      'stages',
      [
        '[one 2/2] RUN for i in 1 2 3; do echo one $i; sleep 0.4; done; echo recorded-..., 1.6 s',
        '[two 2/2] RUN for i in 1 2 3; do echo two $i; sleep 0.5; done >&2; echo recor..., 1.9 s',
      ],
    ],
    ['cached', []],
    ['make', ['[4/4] RUN make, failed']],
    ['missing-file', ['[3/3] COPY nothing.txt /x, failed']],
    ['cancelled', []],
  ])('in brief: %s', (name, lines) => {
    expect(briefly(recorded(name))).toEqual(lines)
  })

  test.each([
    ['stages', 5, 0],
    ['cached', 5, 5],
    ['lint', 1, 1],
    ['based', 2, 0],
    ['unknown-instruction', 0, 0],
  ])('how much of it the cache had: %s', (name, steps, cachedSteps) => {
    expect(follow(recorded(name))).toMatchObject({ steps, cachedSteps })
  })

  test('of an ADD it is what is added that counts, and not the look at where it is from', () => {
    const [started, completed] = ['2026-08-01T10:00:00Z', '2026-08-01T10:00:01Z']
    const name = '[2/3] ADD https://git.example/acme/api.git#main /api'
    const from = { digest: 'sha256:from', name, started, completed }
    const added = { digest: 'sha256:added', name, started, completed, inputs: [from.digest] }
    const made = { digest: 'sha256:made', name: '[3/3] RUN make', started, completed }
    const run = { ...made, inputs: [added.digest], cached: true }
    const tell = (...vertexes: readonly object[]) => follow(`${JSON.stringify({ vertexes })}\n`)
    expect(tell(from, { ...added, cached: true }, run)).toMatchObject({
      ...{ steps: 2, cachedSteps: 2, missed: undefined },
    })
    expect(tell(from, added, { ...run, cached: false })).toMatchObject({
      ...{ steps: 2, cachedSteps: 0, missed: name },
    })
    // BuildKit knew in time that it needs nothing of it.
    const needless = { ...added, error: 'context canceled' }
    expect(tell(from, needless, run)).toMatchObject({ steps: 1, cachedSteps: 1, missed: undefined })
  })

  test.each([
    // Of the .dockerignore, 2 bytes were sent beside it.
    ['stages', 377],
    ['unknown-instruction', 0],
  ])('how much of the context was sent: %s', (name, contextBytes) => {
    expect(follow(recorded(name)).contextBytes).toBe(contextBytes)
  })

  test('what a step prints stays its own, whatever it looks like', () => {
    expect(textsOf(toEvents(recorded('hostile')), 'output')).toEqual([
      '\u001b[31mred\u001b[0m',
      '::error::bad',
      '##[error]x',
      '50%',
      '100%',
      '#5 CACHED',
      '{"vertexes":[]}',
      '   ::add-mask::e',
      'käse and no end',
    ])
  })

  test('a secret comes as it was printed, in one piece and in no other form', () => {
    const shown = render(recorded('mounted'))
    expect(shown).toContain('as3cr3tb')
    expect(shown).not.toContain(Buffer.from('s3cr3t').toString('base64').slice(0, 6))
  })

  test('a build that is cancelled', () => {
    expect(render(recorded('cancelled')).split('\n').slice(-3)).toEqual([
      '#5 0.689 now',
      '#5 CANCELED',
      'ERROR: failed to build: failed to solve: Canceled: context canceled',
    ])
  })

  test('however it is cut, it says the same', () => {
    const bytes = Buffer.from(recorded('hostile'))
    const whole = follow(bytes).events
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (one, other) => {
        const [from, to] = one < other ? [one, other] : [other, one]
        const pieces = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
        expect(follow(...pieces).events).toEqual(whole)
      }),
      { numRuns: 200 },
    )
  })
})

describe('over many lines, as buildx before 0.15 prints it', () => {
  const toIndented = (printed: string): string =>
    printed
      .split('\n')
      .map((line) => (line.startsWith('{') ? JSON.stringify(JSON.parse(line), undefined, 2) : line))
      .join('\n')

  test.each(['stages', 'cached', 'compiler', 'secret', 'cancelled', 'lint', 'hostile'])(
    '%s says the same',
    (name) => {
      const printed = recorded(name)
      const indented = toIndented(printed)
      expect(indented).toContain('{\n  "vertexes": [\n')
      expect(follow(indented)).toEqual(follow(printed))
      const pieces = Array.from({ length: Math.ceil(indented.length / 7) }, (_, at) =>
        indented.slice(at * 7, at * 7 + 7),
      )
      expect(follow(...pieces)).toEqual(follow(printed))
    },
  )

  test('a brace that begins no status stays text, also as the last line', () => {
    const text = ['{', '{', '  "vertexes": 7', '}', 'said', '{']
    expect(textsOf(toEvents(`${text.join('\n')}\n`), 'text')).toEqual(text)
    const printed = `{\n${toIndented(step('a', 'out'))}`
    expect(toEvents(printed)).toEqual([{ kind: 'text', text: '{' }, ...toEvents(step('a', 'out'))])
  })

  test('one that is cut off is left out', () => {
    const indented = toIndented(step('a', 'out'))
    const cut = indented.slice(0, indented.indexOf('"data"') + 12)
    expect(textsOf(toEvents(cut), 'text')).toEqual([expect.stringContaining('is left out')])
  })
})

test('what is printed for people stays text, as from a docker that hands no variable on', () => {
  const plain = '#5 [2/2] RUN make\n#5 0.1 10%\r20%\n\nERROR: no\n'
  expect(textsOf(toEvents(plain), 'text')).toEqual([
    '#5 [2/2] RUN make',
    '#5 0.1 10%',
    '20%',
    '',
    'ERROR: no',
  ])
})

test('a part of the progress that cannot be read is not shown in another form', () => {
  const torn = step('RUN a', 'secret').slice(0, -40)
  const events = toEvents(torn)
  expect(textsOf(events, 'output')).toEqual(['secret'])
  expect(textsOf(events, 'text')).toEqual([
    'A part of the progress is left out, as it could not be read.',
  ])
})

test('a step that looks into the cache first, and one whose end is told twice, end once', () => {
  const vertex = { digest: 'a', name: '[2/2] RUN a', started: '2026-01-01T00:00:00Z' }
  const ended = { ...vertex, completed: '2026-01-01T00:00:03Z' }
  const line = (...vertexes: readonly unknown[]): string => `${JSON.stringify({ vertexes })}\n`
  const looked = { ...vertex, completed: '2026-01-01T00:00:00.001Z' }
  const log = line(vertex) + line(looked) + line(vertex) + line(ended) + line(ended)
  expect(render(log)).toBe('\n#1 [2/2] RUN a\n#1 DONE 3.0s')
})

test('a part that takes long is told of now and then', () => {
  const [vertex, started] = ['a', '2026-01-01T00:00:00Z']
  const at = (seconds: number, rest: unknown): string => {
    const timestamp = `2026-01-01T00:00:${String(seconds).padStart(2, '0')}Z`
    const transfer = { id: 'sha256:1', vertex, started, timestamp, ...(rest as object) }
    return `${JSON.stringify({ statuses: [transfer] })}\n`
  }
  const log =
    `${JSON.stringify({ vertexes: [{ digest: vertex, name: 'FROM x', started }] })}\n` +
    [1, 4, 6, 7, 10, 12].map((at10) => at(at10, { current: at10 * 1e6, total: 3e7 })).join('') +
    at(13, { current: 3e7, total: 3e7, completed: '2026-01-01T00:00:13Z' })
  expect(render(log).split('\n').slice(2)).toEqual([
    '#1 sha256:1 6.0 MB / 30 MB 6.0s',
    '#1 sha256:1 12 MB / 30 MB 12.0s',
    '#1 sha256:1 30 MB / 30 MB 13.0s done',
  ])
})

test('names are one line, and not longer than a Dockerfile has them', () => {
  const name = `RUN a\n::error::b\u0007${'x'.repeat(20_000)}`
  const [, heading = ''] = render(step(name, '')).split('\n')
  expect(heading.slice(0, 24)).toBe('#1 RUN a ::error::b xxxx')
  expect(heading.length).toBeLessThan(10_010)
})

describe('whatever is in a status', () => {
  const key = fc.constantFrom(
    ...['vertexes', 'statuses', 'logs', 'warnings', 'digest', 'vertex', 'name', 'id', 'error'],
    ...['started', 'completed', 'cached', 'data', 'short', 'range', 'start', 'line', 'timestamp'],
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('a', 'YQ==', '2026-01-01T00:00:00Z'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 6 }),
    ),
  })).any

  test('it is read, and all that is told is in lines', () => {
    const entry = fc.dictionary(key, value)
    const list = fc.array(entry, { maxLength: 3 })
    const record = fc.record({ vertexes: list, statuses: list, logs: list, warnings: list })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 4 }), (records) => {
        const printed = records.map((each) => `${JSON.stringify(each)}\n`).join('')
        for (const line of toEvents(printed).flatMap(renderEvent))
          expect(line).not.toMatch(/[\r\n]/)
      }),
      { numRuns: 300 },
    )
  })
})
