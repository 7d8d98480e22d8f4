/** From what a build prints to what the runner makes of it. */
import { Readable } from 'node:stream'
import { splitLines } from '../../../src/host/lines.ts'
import { createFence } from '../../../src/host/log-fence.ts'
import { createCommandReader } from '../runner/commands.ts'
import { createLineSplitter } from '../runner/lines.ts'
import { createMasker } from '../runner/masker.ts'
import { createStepRecord, type StepRecord } from '../runner/step-record.ts'

/** One stream of the build's output, in the pieces in which it comes. */
export type Output = readonly Buffer[]

/** Which stream's next piece comes next; what is left in the end comes one stream after another. */
type Order = readonly boolean[]

/** Everything that the action prints while a build prints these two streams. */
export const printFenced = async (
  streams: readonly [Output, Output],
  order: Order,
): Promise<string> => {
  let printed = ''
  const line = (text: string): void => {
    printed += `${text}\n`
  }
  await createFence(line).within(async (writeUntrusted) => {
    const pipes = streams.map((output) => ({
      pieces: [...output],
      pipe: new Readable({ read: () => {} }),
    }))
    for (const { pipe } of pipes) splitLines(pipe, writeUntrusted)
    const pass = (which: number): boolean => {
      const piece = pipes[which]?.pieces.shift()
      return piece !== undefined && pipes[which]?.pipe.emit('data', piece) === true
    }
    for (const second of order) pass(second ? 1 : 0)
    for (const which of [0, 1]) {
      while (pass(which));
      pipes[which]?.pipe.emit('end')
    }
  })
  return printed
}

/** What the runner makes of it, as the log that people read and as what was done. */
export const runnerReads = (
  printed: string,
  cut: number,
  secrets: readonly string[] = [],
): StepRecord => {
  const masker = createMasker()
  for (const secret of secrets) masker.addWithLines(secret)
  const record = createStepRecord(masker, { debug: false, keep: true, onLog: undefined })
  const reader = createCommandReader(record, 'main', true)
  const splitter = createLineSplitter((line) => reader.read(line, 'stdout'))
  const bytes = Buffer.from(printed)
  for (let at = 0; at < bytes.length; at += cut) splitter.write(bytes.subarray(at, at + cut))
  splitter.end()
  return record
}

/** All that a step can be told by what it prints. */
export const effectsOf = (record: StepRecord) => ({
  commands: record.commands.map(({ name, form }) => `${form} ${name}`),
  oldForms: record.stoppedCommands.filter(({ form }) => form === 'v1'),
  outputs: [...record.outputs],
  state: [...record.state],
  env: [...record.env],
  path: record.path,
  annotations: record.annotations,
  failed: record.failed,
  masks: record.masker.values().length,
})

export const nothingAtAll: ReturnType<typeof effectsOf> = {
  commands: [],
  oldForms: [],
  outputs: [],
  state: [],
  env: [],
  path: [],
  annotations: [],
  failed: false,
  masks: 0,
}

/** The fence itself, and nothing else. */
export const onlyTheFence = (printed: string) => ({
  ...nothingAtAll,
  commands: ['v2 stop-commands', `v2 ${/^::stop-commands::(\w+)\n/.exec(printed)?.[1]}`],
  masks: 1,
})

/** Lines that say something, without the character that nobody sees. */
export const readable = (text: string): readonly string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\u200b', ''))
    .filter((line) => line !== '')
