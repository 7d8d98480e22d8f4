import { expect, test } from 'vitest'
import { createScreen, type ScreenOptions } from '../../../src/commands/terminal/screen.ts'

const open = (options: Partial<ScreenOptions> & { isTTY?: boolean } = {}) => {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') =>
    ({
      isTTY: options.isTTY === true,
      columns: 60,
      write: (text: string) => {
        written[name] += text
        return true
      },
    }) as ScreenOptions['out']
  const usual = { env: {}, isQuiet: false, isJson: false, isVerbose: false }
  const screen = createScreen({ ...usual, out: stream('out'), err: stream('err'), ...options })
  return { ...screen, written }
}

test('what was asked for goes to standard output, what happens to standard error', () => {
  const { line, out, warning, fail, json, written } = open()
  line('Load a: 1 s')
  warning('odd', { file: 'k8s/a.yaml', line: 3 })
  fail('it broke')
  out('the plan')
  json({ a: 1 })
  expect(written).toEqual({
    out: 'the plan\n',
    err: 'Load a: 1 s\nWARNING: k8s/a.yaml:3: odd\nERROR: it broke\n',
  })
})

test('for programs, standard output has JSON alone', () => {
  const { out, json, written } = open({ isJson: true })
  out('for people')
  json({ a: 1 })
  expect(JSON.parse(written.out)).toEqual({ a: 1 })
})

test('secrets are hidden in both, as JSON has them, too', async () => {
  const { line, out, mask, fenced, written } = open()
  const programs = open({ isJson: true })
  for (const each of [{ mask }, programs]) {
    each.mask('s3cret"value')
    each.mask('s3cret"value-and-more')
  }
  line('it is s3cret"value-and-more')
  out('it is s3cret"value')
  await fenced(async (write) => write('they print s3cret"value'))
  programs.json({ text: 's3cret"value' })
  expect(written).toEqual({ out: 'it is ***\n', err: 'it is ***\nthey print ***\n' })
  expect(JSON.parse(programs.written.out)).toEqual({ text: '***' })
})

test('a secret that looks like a part of a number leaves JSON as it is, in keys and strings it is hidden', () => {
  const { json, mask, written } = open({ isJson: true })
  for (const secret of ['1234', 'back\\slash "quoted"', 's3cret\tkey']) mask(secret)
  json({
    sizes: [31234567, 1234],
    isDone: true,
    none: undefined,
    text: 'a 1234, back\\slash "quoted", and {"b": "back\\\\slash \\"quoted\\""}',
    's3cret\tkey': { at: new Date(0), found: null },
  })
  expect(JSON.parse(written.out)).toEqual({
    sizes: [31234567, 1234],
    isDone: true,
    text: 'a ***, ***, and {"b": "***"}',
    '***': { at: '1970-01-01T00:00:00.000Z', found: null },
  })
})

test('others cannot move the cursor, ring or write a title', () => {
  const { line, written } = open({ isTTY: true })
  line('a\u001b[2Jb\u0007c\u001b]0;title\u0007d\u009b5Ae\tf\r\ng')
  expect(written.err).toBe('abcde\tf\ng\n')
})

test('colours on a terminal alone, and not where NO_COLOR is set', () => {
  const tell = (options: Parameters<typeof open>[0]): string => {
    const { fail, written } = open(options)
    fail('x')
    return written.err
  }
  expect(tell({ isTTY: true })).toBe('\u001b[31mERROR\u001b[0m: x\n')
  expect(tell({ isTTY: true, env: { NO_COLOR: '1' } })).toBe('ERROR: x\n')
  expect(tell({ isTTY: true, env: { NO_COLOR: '' } })).toContain('\u001b[31m')
  expect(tell({ isTTY: true, env: { TERM: 'dumb' } })).toBe('ERROR: x\n')
  expect(tell({})).toBe('ERROR: x\n')
})

test('quiet silences standard error, verbose adds to it', () => {
  const quiet = open({ isQuiet: true, isTTY: true })
  quiet.line('x')
  quiet.fail('x')
  quiet.out('y')
  expect(quiet.written).toEqual({ out: 'y\n', err: '' })
  expect(quiet.bar).toBeUndefined()
  const verbose = open({ isVerbose: true })
  verbose.debug('x')
  expect(verbose.written.err).toBe('x\n')
})

test('in a step of a workflow, nothing that is printed is a command', () => {
  const { line, written } = open({ env: { GITHUB_ACTIONS: 'true' } })
  line('::add-mask::x')
  expect(written.err).not.toMatch(/^::/)
})

test('nor in JSON, which means the same', () => {
  const { json, written } = open({ env: { GITHUB_ACTIONS: 'true' }, isJson: true })
  const value = {
    '##[group]x': ['a\n::add-mask::x\r::b', '\\##[add-mask]latest', '##[[', ['###[']],
  }
  json(value)
  expect(JSON.parse(written.out)).toEqual(value)
  expect(written.out).not.toContain('##[')
  expect(written.out).not.toMatch(/^\s*::/m)
})

test('bars are drawn on a terminal, below the lines, and go', () => {
  const { line, bar, written } = open({ isTTY: true })
  bar?.show('api:dev, node', 50_000_000, 100_000_000)
  expect(written.err).toBe('[##########----------] 50 MB of 100 MB api:dev, node\n')
  written.err = ''
  line('a line')
  // Up, and away with it; the line; and the bar again.
  expect(written.err.startsWith('\u001b[1A\u001b[Ja line\n[####')).toBe(true)
  written.err = ''
  bar?.clear('api:dev, node')
  expect(written.err).toBe('\u001b[1A\u001b[J')
  bar?.show('x'.repeat(100), 1, 2)
  expect(written.err.split('\n')[0]?.length).toBeLessThan(100)
  expect(open().bar).toBeUndefined()
})
