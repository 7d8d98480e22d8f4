/**
 * What a Dockerfile prints goes through `splitLines` and `withFence` into the runner double: its
 * lines, its two parsers of commands and its masks, which are made after the runner's own source.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHarmless } from '../../src/host/log-fence.ts'
import { step } from '../support/build-log.ts'
import {
  asciiFragments,
  commandNames,
  cuts,
  orders,
  outputs,
  texts,
  unseen,
} from '../support/fence/outputs.ts'
import {
  effectsOf,
  nothingAtAll,
  onlyTheFence,
  printFenced,
  readable,
  runnerReads,
} from '../support/fence/through-runner.ts'
import { createCommandReader } from '../support/runner/commands.ts'
import { createLineSplitter } from '../support/runner/lines.ts'
import { createMasker } from '../support/runner/masker.ts'
import { createStepRecord } from '../support/runner/step-record.ts'
import { isThorough } from '../support/thorough.ts'

/** A tenth of the rounds where not all are asked for. */
const rounds = (all: number): number => (isThorough ? all : all / 10)

describe('whatever a Dockerfile prints', () => {
  test('gives no command to the runner, and every word of it can be read', async () => {
    await fc.assert(
      fc.asyncProperty(outputs, orders, cuts, async (streams, order, cut) => {
        const printed = await printFenced(streams, order)
        const record = runnerReads(printed, cut)
        expect(effectsOf(record)).toEqual(onlyTheFence(printed))
        const shown = readable(record.logText()).slice(1, -1)
        const given = streams.flatMap((output) => readable(Buffer.concat(output).toString('utf8')))
        expect([...shown].sort()).toEqual([...given].sort())
      }),
      { numRuns: rounds(10_000) },
    )
  })

  test('leaves nothing that the runner would take for the old form if it looked past unseen characters', async () => {
    const ignored = `[${unseen.join('')}]*`
    const weighed = new RegExp(`${ignored}#${ignored}#${ignored}\\[`, 'g')
    const known = new RegExp(`^(?:${commandNames.join('|')})(?: |$)`, 'i')
    await fc.assert(
      fc.asyncProperty(outputs, async (streams) => {
        const printed = await printFenced(streams, [])
        for (const line of printed.split('\n')) {
          for (const { index, 0: found } of line.matchAll(weighed)) {
            // The runner takes three characters for the mark, however long what it found is; and a
            // search may say that a match starts at the unseen characters before it, or after them.
            for (let start = index; start <= index + found.indexOf('#'); start += 1) {
              const end = line.indexOf(']', start)
              expect(line.slice(start + 3, end < 0 ? undefined : end)).not.toMatch(known)
            }
          }
        }
      }),
      { numRuns: rounds(3_000) },
    )
  })

  test('however long its lines are', async () => {
    const long = fc
      .tuple(fc.integer({ min: 65_500, max: 65_560 }), fc.array(asciiFragments, { maxLength: 6 }))
      .map(([length, parts]) => Buffer.concat([Buffer.alloc(length, 'x'), ...parts]))
    await fc.assert(
      fc.asyncProperty(fc.array(long, { maxLength: 3 }), texts, async (pieces, second) => {
        const printed = await printFenced([pieces, second], [])
        const record = runnerReads(printed, 4_096)
        expect(effectsOf(record)).toEqual(onlyTheFence(printed))
        const shown = readable(record.logText()).slice(1, -1).join('')
        const given = [pieces, second].flatMap((output) => readable(`${Buffer.concat(output)}`))
        expect(shown).toBe(given.join(''))
      }),
      { numRuns: rounds(300) },
    )
  })
})

describe('whatever others have put into a text of ours', () => {
  const words = texts.map((pieces) => Buffer.concat([...pieces]).toString('utf8'))

  test('gives no command to the runner, and every word of it can be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 4 }), cuts, async (said, cut) => {
        const record = runnerReads(said.map((text) => `${toHarmless(text)}\n`).join(''), cut)
        expect(effectsOf(record)).toEqual(nothingAtAll)
        expect(readable(record.logText())).toEqual(said.flatMap(readable))
      }),
      { numRuns: rounds(5_000) },
    )
  })

  test('is none either if the runner compared past unseen characters', async () => {
    const ignored = `[${unseen.join('')}]*`
    const weighed = new RegExp(`^${ignored}:${ignored}:`)
    const known = new RegExp(`^(?:${commandNames.join('|')})(?: |::|$)`, 'i')
    await fc.assert(
      fc.property(words, (text) => {
        for (const line of toHarmless(text).split('\n')) {
          // White space is skipped; then the mark has two characters, however long what it found is.
          const skipped = /^[\s\u0085]*/.exec(line)?.[0].length ?? 0
          for (let at = 0; at <= skipped; at += 1) {
            const message = line.slice(at)
            if (weighed.test(message)) expect(message.slice(2)).not.toMatch(known)
          }
        }
      }),
      { numRuns: rounds(5_000) },
    )
  })
})

/** Whole lines in memory end it by the limit of its heap at either length, other bytes at the longer. */
const logMb = isThorough ? 200 : 100

describe(`${logMb} MB of a log`, () => {
  const line = 'a line of a build, with ##[group] in it, and as long as lines of builds are'
  const atOnce = 16
  const messages = Math.ceil((logMb * 1024 * 1024) / (line.length + 10) / atOnce)
  const count = messages * atOnce
  const [begun, printed] = step('[2/2] RUN flood', `${line}\n`.repeat(atOnce)).split('\n')
  const noise = `echo '${begun}'; yes '${printed}' | head -n ${messages}; echo the end`

  // Its heap is limited: what holds the log in memory ends with an error of its own.
  const flood = (): ChildProcess & { stdout: Readable; stderr: Readable } =>
    spawn(
      process.execPath,
      ['--max-old-space-size=64', '__tests__/support/fence/flood.ts', noise],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )

  /** A runner that now and then stops reading for a moment, as one under load does. */
  const readSlowly = async (stream: Readable): Promise<{ lines: number; last: string }> => {
    const read = { lines: 0, last: '' }
    const onLog = (text: string): void => {
      read.lines += 1
      if (!text.startsWith('::')) read.last = text
    }
    const record = createStepRecord(createMasker(), { debug: false, keep: false, onLog })
    const reader = createCommandReader(record, 'main', false)
    const splitter = createLineSplitter((text) => reader.read(text, 'stdout'))
    let bytes = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const before = bytes
      bytes += chunk.length
      if (bytes >> 20 !== before >> 20) await setTimeout(20)
      splitter.write(chunk)
    }
    splitter.end()
    expect(record.commands.map(({ form }) => form)).toEqual(['v2', 'v2'])
    return read
  }

  test('passes at constant memory, to its last line', async () => {
    const child = flood()
    const [{ lines, last }, peak] = await Promise.all([
      readSlowly(child.stdout),
      text(child.stderr),
    ])
    // The fence, an empty line and the step's name, and the end.
    expect({ lines, last }).toEqual({ lines: count + 5, last: 'the end' })
    // Twice the log takes no more. A bare Node takes 50 MB of this, its heap here 64 MB, and buffers
    // that are not collected yet the rest; with all of the log in memory it is far more.
    expect(Number(peak)).toBeLessThan(260 * 1024)
  })
})

describe('where a very long line is cut', () => {
  test('a secret is not torn, so that it is masked', async () => {
    const secret = 'a-secret-that-the-runner-masks'
    const output = [Buffer.alloc(65_520, 'x'), Buffer.from(`${secret} and more`)]
    const printed = await printFenced([output, []], [])
    const { masker, logText } = runnerReads(printed, 4_096, [secret])
    expect(masker.values()).toContain(secret)
    expect(logText().replaceAll(/\n/g, '')).not.toContain(secret)
  })

  test('a character is not torn either', async () => {
    const output = [Buffer.alloc(65_535, 'x'), Buffer.from('😀 and more')]
    const printed = await printFenced([output, []], [])
    expect(readable(runnerReads(printed, 4_096).logText()).join('')).toContain('x😀 and more')
  })
})
