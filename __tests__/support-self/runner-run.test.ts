import { describe, expect, it } from 'vitest'
import { runTiny } from './tiny-action.ts'

const print = (...lines: string[]) =>
  `process.stdout.write(${JSON.stringify(`${lines.join('\n')}\n`)})\n`
const append = (name: string, text: string) =>
  `fs.appendFileSync(env.GITHUB_${name}, ${JSON.stringify(text)})\n`

describe('environment', () => {
  it('is a JavaScript action’s, and nothing of the test tool', async () => {
    const run = await runTiny(
      'console.log(JSON.stringify(env)); console.log(fs.readFileSync(0).length, fs.fstatSync(1).isFIFO())',
      {
        manifest: `inputs:\n  some name: {default: '$\{{ github.repository }}'}\n  with-dash: {default: 'x'}`,
        inputs: { 'with-dash': 'given', bogus: '1' },
        github: { repository: 'acme/thing', token: 'github-token-value' },
        env: { EXTRA: 'yes', HOME: undefined },
        runtime: { token: 'runtime-token', resultsUrl: 'http://127.0.0.1:1/' },
        runnerEnvironment: 'self-hosted',
      },
    )
    const env = JSON.parse(run.rawStdout.split('\n')[0] ?? '') as Record<string, string>
    expect(env).toMatchObject({
      INPUT_SOME_NAME: 'acme/thing',
      'INPUT_WITH-DASH': 'given',
      INPUT_BOGUS: '1',
      EXTRA: 'yes',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY_OWNER: 'acme',
      RUNNER_ENVIRONMENT: 'self-hosted',
      ACTIONS_RUNTIME_TOKEN: 'runtime-token',
    })
    expect(env['RUNNER_TRACKING_ID']).toMatch(/^github_/)
    expect(env['HOME']).toBeUndefined()
    expect(Object.keys(env).filter((name) => /VITEST|GITHUB_TOKEN|NODE_ENV/.test(name))).toEqual([])
    expect(run.rawStdout).toContain('0 true')
    expect(run.log).not.toContain('runtime-token')
    expect(run.annotations[0]?.message).toBe(
      "Unexpected input(s) 'bogus', valid inputs are ['some name', 'with-dash']",
    )
  })
})

describe('commands and files', () => {
  it('collects outputs, state, environment, path and the summary over both phases', async () => {
    const main =
      append('OUTPUT', 'a=1\nb<<E\nx\ny\nE\n') +
      append('STATE', 'isPost=true\n') +
      append('ENV', 'NEW=value\nNODE_OPTIONS=--bad\n') +
      append('PATH', '/extra\n') +
      append('STEP_SUMMARY', '# main hidden-value\n') +
      print(
        '::add-mask::hidden-value',
        '::notice title=T,file=a.ts::hello',
        '::group::G',
        'in',
        '::endgroup::',
      )
    const post =
      append('STEP_SUMMARY', '# post\n') +
      'console.log(env.STATE_isPost, env.NEW, env.PATH.split(":")[0])'
    const run = await runTiny(main, { post })
    expect(run).toMatchObject({ exitCode: 0, postExitCode: 0, conclusion: 'success' })
    expect(run.outputs).toEqual({ a: '1', b: 'x\ny' })
    expect(run.state).toEqual({ isPost: 'true' })
    expect(run.envFile).toEqual({ NEW: 'value' })
    expect(run.pathFile).toEqual(['/extra'])
    expect(run.summary).toBe('# main ***\n\n# post\n')
    expect(run.log).toContain("##[group]G\nin\n##[endgroup]\n##[error]Can't store NODE_OPTIONS")
    expect(run.log).toContain('true value /extra')
    expect(run.annotations).toContainEqual({
      level: 'notice',
      message: 'hello',
      props: { title: 'T', file: 'a.ts' },
      phase: 'main',
      shown: true,
    })
    expect(run.masks).toContain('hidden-value')
  })

  it('obeys old commands anywhere in a line, on both streams, after a lone \\r', async () => {
    const run = await runTiny(
      print(
        '#7 0.5 ##[set-output name=x]1',
        'progress 10%\r::save-state name=s::2',
        'x ::set-output name=y::no',
      ) +
        'console.error("##[add-mask]err-secret"); setTimeout(() => console.log("err-secret"), 1_000)',
    )
    expect(run.outputs).toEqual({ x: '1' })
    expect(run.state).toEqual({ s: '2' })
    expect(
      run.commands.map(({ name, form, stream }) => `${name} ${form} ${stream}`).sort(),
    ).toEqual(['add-mask v1 stderr', 'save-state v2 stdout', 'set-output v1 stdout'])
    expect(run.log).toMatch(/^\*\*\*$/m)
    expect(run.annotations.filter(({ level }) => level === 'warning')).toHaveLength(2)
  })

  it('stops commands until the token comes', async () => {
    const run = await runTiny(
      print(
        '::stop-commands::tok-1234567',
        '::set-output name=a::1',
        '##[add-mask]plain',
        '::TOK-1234567::',
        '::set-output name=b::2',
        'plain',
      ),
    )
    expect(run.outputs).toEqual({ b: '2' })
    expect(run.stoppedCommands.map(({ name }) => name)).toEqual(['set-output', 'add-mask'])
    expect(run.log).toContain('::set-output name=a::1')
    expect(run.log).toMatch(/^plain$/m)
    expect(run.log).toContain('::stop-commands::***')
  })

  it('fails the step for disabled commands, bad stop tokens and broken files, whatever the exit code', async () => {
    for (const main of [
      print('::set-env name=a::b'),
      print('::stop-commands::warning'),
      append('OUTPUT', 'noise'),
    ]) {
      const run = await runTiny(main)
      expect([run.exitCode, run.conclusion]).toEqual([0, 'failure'])
      expect(run.envFile).toEqual({})
    }
    const allowed = await runTiny(print('::set-env name=a::b'), {
      env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: 'true' },
    })
    expect([allowed.conclusion, allowed.envFile]).toEqual(['success', { a: 'b' }])
  })

  it('echoes when told to, shows debug lines only with debug, ten warnings only', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `::warning::w${i}`)
    const main = print('::echo::on', '::save-state name=q::1', '::debug::quiet', ...many)
    const run = await runTiny(main)
    expect(run.log).toContain('::save-state name=q::1\n')
    expect(run.log).not.toContain('quiet')
    expect(run.annotations.filter(({ level, shown }) => level === 'warning' && shown)).toHaveLength(
      10,
    )
    expect((await runTiny(main, { debug: true })).log).toContain('##[debug]quiet')
  })

  it('drops a summary over 1 MiB whole', async () => {
    const run = await runTiny(
      'fs.writeFileSync(env.GITHUB_STEP_SUMMARY, "x".repeat(1024 * 1024 + 1))',
    )
    expect(run.summary).toBe('')
    expect(run.annotations[0]?.message).toContain('upload aborted')
  })
})
