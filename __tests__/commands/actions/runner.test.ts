import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRunner } from '../../../src/commands/actions/runner.ts'
import { effectsOf, nothingAtAll, runnerReads } from '../../support/fence/through-runner.ts'

let printed: string
beforeEach(() => {
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

/** What the runner makes of what we say to it. */
const read = (say: (runner: ReturnType<typeof createRunner>) => unknown) => {
  say(createRunner())
  return runnerReads(printed, 64)
}

const theirs = 'said:\r\n::set-output name=a::b\n::stop-commands::x\r ##[add-mask]e\n::error::no'

test('a line that quotes others is no command', () => {
  const record = read(({ line }) => line(theirs))
  expect(effectsOf(record)).toEqual(nothingAtAll)
  expect(record.logText()).toContain('set-output name=a::b')
})

test('inside of the fence, neither', async () => {
  const runner = createRunner()
  await runner.fenced(async (write) => {
    write('::add-mask::theirs')
    runner.line(theirs)
    runner.mask('ours')
  })
  const record = runnerReads(printed, 64)
  expect(record.masker.values()).toContain('ours')
  expect(record.masker.values()).not.toContain('theirs')
  expect([...record.outputs]).toEqual([])
  expect(record.annotations).toEqual([])
})

test.each(['warning', 'error', 'debug'] as const)('%s says all of it, and no more', (level) => {
  const { annotations, commands } = read((runner) => runner[level](theirs))
  expect(commands.map(({ name, data }) => ({ name, data }))).toEqual([
    { name: level, data: theirs },
  ])
  const shown = annotations.map(({ message }) => message)
  expect(shown).toEqual(level === 'debug' ? [] : [theirs])
})

test('a file may have any name', () => {
  const file = 'a,line=9::b\r\n::set-output name=x::y %0A ##[error]'
  const { annotations, commands } = read(({ warning }) => warning(theirs, { file, line: 3 }))
  expect(commands).toHaveLength(1)
  expect(annotations).toMatchObject([
    { level: 'warning', message: theirs, props: { file, line: '3' } },
  ])
})

/** Tells so many warnings at once; what is shown, and what is in the log alone. */
const warnOf = async (count: number) => {
  printed = ''
  const all = Array.from({ length: count }, (_, index) => ({
    message: `m${index}`,
    location: { file: 'k8s/api.yaml', line: index + 1 },
  }))
  await createRunner().warnings(all)
  const { annotations, logText } = runnerReads(printed, 64)
  return { shown: annotations.map(({ message }) => message), log: logText() }
}

test('nine warnings are all shown', async () => {
  const { shown, log } = await warnOf(9)
  expect(shown).toEqual(Array.from({ length: 9 }, (_, index) => `m${index}`))
  expect(log).not.toContain('k8s/api.yaml:')
})

test('of more, the tenth says how many are in the log alone, with their lines', async () => {
  const one = await warnOf(10)
  expect(one.shown).toHaveLength(10)
  expect(one.shown[9]).toBe("1 more warning is in the step's log: GitHub shows ten per step.")
  expect(one.log).toContain('k8s/api.yaml:10: m9')
  const many = await warnOf(31)
  expect(many.shown).toHaveLength(10)
  expect(many.shown[9]).toContain('22 more warnings are')
  expect(many.log.match(/k8s\/api\.yaml:\d+: m/g)).toHaveLength(22)
})

test.each(['warning', 'error', 'fail'] as const)(
  'the log has all of a %s that is longer than the runner takes',
  (level) => {
    const lines = Array.from({ length: 60 }, (_, index) => `${theirs} ${index} ${'x'.repeat(60)}`)
    const { annotations, commands, logText } = read((runner) => runner[level](lines.join('\n')))
    process.exitCode = 0
    expect(annotations.map(({ message }) => message.length)).toEqual([4_096])
    expect(logText()).toContain('no 59 x')
    const names = commands.map(({ name }) => name).filter((name) => !/stop-commands|\d/.test(name))
    expect(names).toEqual([level === 'warning' ? 'warning' : 'error', 'group', 'endgroup'])
  },
)

describe('on a full disk', () => {
  beforeEach(() => {
    for (const name of ['OUTPUT', 'STATE', 'ENV']) vi.stubEnv(`GITHUB_${name}`, '/dev/full')
  })
  afterEach(() => vi.unstubAllEnvs())

  test('what the runner does not get is a warning each kind, others are in the log', () => {
    const { annotations, logText } = read((runner) => {
      for (const name of ['images', 'timings']) runner.output(name, '[]')
      runner.saveState('token', 'ended')
      runner.exportVariable('SLIPWAY_TEST', 'x')
    })
    const why = 'could not be written: ENOSPC: no space left on device, write'
    expect(annotations.map(({ level, message }) => [level, message])).toEqual([
      ['warning', `The output images ${why}`],
      ['warning', `The state token ${why}`],
      ['warning', `The variable SLIPWAY_TEST ${why}`],
    ])
    expect(logText()).toContain(`The output timings ${why}`)
  })

  test('a state that post needs for cleaning up fails', () => {
    expect(() => createRunner().announce('token', 'minted')).toThrow(/^The state token could not/)
  })
})
