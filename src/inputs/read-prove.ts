import { attempt } from '../failure.ts'
import type { Inputs } from './inputs.ts'
import type { Reader } from './reader.ts'

const seconds = { s: 1, m: 60, h: 3_600 } as const
const longestSeconds = 6 * seconds.h

/** An argument of a process has at most 128 KiB. */
const longestArgument = 100_000

const readTimeout = ({ text, report }: Reader): number => {
  const given = text('prove-timeout') ?? '10m'
  const [, number = '', unit = 's'] = /^(\d{1,5})([smh])$/.exec(given) ?? []
  const value = Number(number) * seconds[unit as keyof typeof seconds]
  if (value < 1 || value > longestSeconds)
    report('prove-timeout', 'not a time. Write 90s, 10m or 1h, of at most 6h.', given)
  return value * 1_000
}

const isArgv = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')

/** A list in JSON is run as it is, as in a Dockerfile; all else by a shell. */
const toArgv = (given: string): readonly string[] | undefined => {
  if (!/^\[\s*"/.test(given)) return ['/bin/sh', '-c', given]
  const argv = attempt(() => JSON.parse(given) as unknown)
  return isArgv(argv) && argv[0] !== '' ? argv : undefined
}

/** Reads the test that is to be run in images without their findings. */
export const readProve = (reader: Reader): Inputs['prove'] => {
  const { text, report } = reader
  const given = text('prove')
  const timeoutMs = readTimeout(reader)
  if (given === undefined) return undefined
  const argv = toArgv(given)
  if (argv === undefined) {
    const how = 'Write a command for /bin/sh, or a list such as ["/app/test", "--fast"].'
    report('prove', `not a list of strings in JSON. ${how}`, given)
  } else if (argv.some((each) => each.length > longestArgument || each.includes('\0'))) {
    report('prove', 'too long for a command. Copy a script into the image, and write its path.')
  }
  if (text('image-report') !== 'full')
    report('prove', 'it tries what the report finds. Set image-report: full, or leave prove out.')
  return argv && { given, argv, timeoutMs }
}
