import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OnBuildEvent } from '../../src/build/event.ts'
import { createRunner } from '../../src/commands/actions/runner.ts'
import { logBuild } from '../../src/run/build-log.ts'
import { follow, recorded, step } from '../support/build-log.ts'
import { outputs, texts } from '../support/fence/outputs.ts'
import { effectsOf, nothingAtAll, readable, runnerReads } from '../support/fence/through-runner.ts'

let printed: string
beforeEach(() => {
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

type Way = {
  readonly name?: string
  readonly isAlone?: boolean
  readonly fails?: boolean
  readonly isAborted?: boolean
}

const pass = (log: string, onEvent: OnBuildEvent) => {
  const { events, ...share } = follow(log)
  events.forEach(onEvent)
  return share
}

/** What the runner makes of a build that prints this. */
const read = async (log: string, way: Way = {}, secrets: readonly string[] = []) => {
  const { name = 'api', isAlone = false, fails = false, isAborted = false } = way
  printed = ''
  const signal = isAborted ? AbortSignal.abort() : new AbortController().signal
  const logged = { name, isAlone, dockerfile: 'api/Dockerfile', signal }
  const built = logBuild(createRunner(), logged, async (onEvent) => {
    const share = pass(log, onEvent)
    if (fails) throw new Error('failed')
    return share
  })
  if (fails) await expect(built).rejects.toThrow('failed')
  else await built
  return runnerReads(printed, 4_096, secrets)
}

const isOfFence = (line: string): boolean => /^::stop-commands::|^::[0-9a-f]{32}::$/.test(line)

const shownOf = (): readonly string[] =>
  printed.split('\n').filter((line) => line !== '' && !isOfFence(line))

test('a build that is alone is shown as it goes, in no group', async () => {
  await read(recorded('stages'), { isAlone: true })
  expect(shownOf().slice(0, 3)).toEqual([
    '#1 [internal] load build definition from Dockerfile',
    '#1 transferring dockerfile: 377 B done',
    '#1 DONE 0.0s',
  ])
  expect(printed).not.toContain('group::')
})

describe('one of several builds', () => {
  test('has a line for each slow step, and then all of it in a group', async () => {
    const { commands } = await read(recorded('stages'))
    const shown = shownOf()
    expect(shown.slice(0, 4)).toEqual([
      'api: [one 2/2] RUN for i in 1 2 3; do echo one $i; sleep 0.4; done; echo recorded-..., 1.6 s',
      'api: [two 2/2] RUN for i in 1 2 3; do echo two $i; sleep 0.5; done >&2; echo recor..., 1.9 s',
      '::group::api: build log, 0 of 5 steps cached',
      '#1 [internal] load build definition from Dockerfile',
    ])
    expect(shown.slice(-2)).toEqual(['#11 DONE 0.3s', '::endgroup::'])
    expect(commands.map(({ name }) => name.replace(/^\w{32}$/, 'fence'))).toEqual([
      'group',
      'stop-commands',
      'fence',
      'endgroup',
    ])
  })

  test('that fails is shown outside of a group', async () => {
    await read(recorded('make'), { fails: true })
    const shown = shownOf()
    expect(shown.slice(0, 2)).toEqual(['api: [4/4] RUN make, failed', 'api: build log'])
    expect(shown.at(-1)).toMatch(/^ERROR: failed to build: .* exit code: 2$/)
    expect(printed).not.toContain('group::')
  })

  test('that fails after many lines: all in the group, the last 60 outside', async () => {
    const output = Array.from({ length: 100 }, (_, at) => `line ${at + 1}\n`).join('')
    await read(step('[2/2] RUN a', output, 'exit code: 1'), { fails: true })
    const shown = shownOf()
    const end = shown.indexOf('::endgroup::')
    expect(shown.slice(0, 4)).toEqual([
      'api: [2/2] RUN a, failed, 2.0 s',
      '::group::api: build log',
      '#1 [2/2] RUN a',
      '#1 0.500 line 1',
    ])
    expect(shown[end - 1]).toBe('#1 ERROR: exit code: 1')
    expect(shown.slice(end + 1)).toHaveLength(61)
    expect(shown.slice(end + 1, end + 3)).toEqual([
      'api: last 60 lines of the build log',
      '#1 0.500 line 42',
    ])
    expect(shown.at(-1)).toBe('#1 ERROR: exit code: 1')
  })

  test('that is cancelled has its group alone', async () => {
    await read(recorded('cancelled'), { fails: true, isAborted: true })
    expect(shownOf()[0]).toBe('::group::api: build log')
    expect(shownOf().at(-1)).toBe('::endgroup::')
  })

  test('tells of a step that takes long while it works, once', async () => {
    vi.useFakeTimers()
    const ended = Promise.withResolvers<{ steps: number; cachedSteps: number }>()
    const logged = { name: 'api', isAlone: false, dockerfile: undefined }
    const built = logBuild(
      createRunner(),
      { ...logged, signal: new AbortController().signal },
      (onEvent) => {
        onEvent({ kind: 'began', step: { number: 1, name: '[2/2] RUN make' } })
        onEvent({ kind: 'began', step: { number: 2, name: '[1/2] FROM base' } })
        const [step, ms] = [{ number: 2, name: '[1/2] FROM base' }, 20]
        onEvent({ kind: 'ended', step, how: 'done', ms, error: '' })
        return ended.promise
      },
    )
    vi.advanceTimersByTime(4_999)
    expect(printed).toBe('')
    vi.advanceTimersByTime(60_000)
    expect(printed).toBe('api: [2/2] RUN make, still running\n')
    ended.resolve({ steps: 1, cachedSteps: 0 })
    await built
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  test('keeps the beginning and the end of a log that is too long', async () => {
    const output = Array.from({ length: 300_000 }, (_, at) => `line ${at}\n`).join('')
    await read(step('[2/2] RUN a', output))
    const shown = shownOf()
    expect(shown.length).toBeLessThan(200_000)
    expect(shown).toContain('#1 0.500 line 0')
    expect(shown).toContain('#1 0.500 line 299999')
    const gap = shown.findIndex((line) => /^\(\d+ lines left out\)$/.test(line))
    const leftOut = Number(shown[gap]?.match(/\d+/)?.[0])
    const numberAt = (at: number): number => Number(shown[at]?.split(' ').at(-1))
    expect(numberAt(gap + 1) - numberAt(gap - 1)).toBe(leftOut + 1)
  })
})

describe.each([true, false])('alone: %s', (isAlone) => {
  test("BuildKit's checks are warnings at the Dockerfile's lines", async () => {
    const { annotations } = await read(recorded('lint'), { isAlone })
    expect(annotations.map(({ level, message, props }) => [level, props['line'], message])).toEqual(
      [
        [
          'warning',
          '4',
          'MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label',
        ],
        [
          'warning',
          '1',
          "ConsistentInstructionCasing: Command 'from' should match the case of the command majority (uppercase)",
        ],
        ['warning', '2', "UndefinedVar: Usage of undefined variable '$UNDEF'"],
        [
          'warning',
          '3',
          'LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format',
        ],
        [
          'warning',
          '6',
          'JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
        ],
      ],
    )
    expect(annotations.every(({ props }) => props['file'] === 'api/Dockerfile')).toBe(true)
  })

  test('those of what it builds upon are of another file', async () => {
    expect((await read(recorded('based'), { isAlone })).annotations).toHaveLength(1)
    expect((await read(recorded('based'), { isAlone, name: 'web' })).annotations).toEqual([])
  })

  test('a secret is masked', async () => {
    const { logText } = await read(recorded('mounted'), { isAlone }, ['s3cr3t'])
    expect(printed).toContain('s3cr3t')
    expect(logText()).toContain('a***b')
    expect(logText()).not.toMatch(/s3cr3t|czNjcjN0/)
  })

  test('whatever a step prints or is called, or buildx says, is no command', async () => {
    const word = texts.map((pieces) => Buffer.concat([...pieces]).toString('utf8'))
    const commands = isAlone ? [] : ['v2 group', 'v2 endgroup']
    await fc.assert(
      fc.asyncProperty(outputs, word, fc.boolean(), async ([one, two], name, fails) => {
        const output = Buffer.concat([...one, ...two]).toString('utf8')
        const error = fails ? name : undefined
        const log = `${step(`[2/2] ${name}`, output, error)}${output}`
        const record = await read(log, { isAlone, fails })
        const effects = effectsOf(record)
        const others = effects.commands.filter((each) => !/^v2 (stop-commands|\w{32})$/.test(each))
        expect({ ...effects, commands: others }).toEqual({
          ...nothingAtAll,
          masks: effects.masks,
          commands: fails ? others.filter((each) => commands.includes(each)) : commands,
        })
        const shown = readable(record.logText()).join('\n')
        for (const line of readable(output)) expect(shown).toContain(line)
      }),
      { numRuns: 300 },
    )
  })
})
