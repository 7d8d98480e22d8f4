import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findOrphans } from '../support/runner/orphans.ts'
import { runTiny } from './tiny-action.ts'

describe('the end of a step', () => {
  it('runs post after a failure', async () => {
    const run = await runTiny('process.exit(3)', {
      post: 'console.log("cleaned"); process.exit(2)',
    })
    expect(run).toMatchObject({
      exitCode: 3,
      postExitCode: 2,
      conclusion: 'failure',
      postConclusion: 'failure',
    })
    expect(run.rawStdout).toBe('cleaned\n')
    expect((await runTiny('', { post: '', skipPost: true })).postExitCode).toBeUndefined()
  })

  it('cancels with SIGINT, SIGTERM, SIGKILL, each after its time, and still runs post', async () => {
    // Whoever heeds a signal has time for it, also on a busy machine.
    const [soon, patient] = [1_500, 30_000]
    const ready = (signals: string) =>
      `${signals}; setInterval(() => {}, 1000); console.log("ready")`
    const ignore = (name: string) => `process.on("${name}", () => console.log("got ${name}"))`
    const options = {
      post: 'console.log("post")',
      cancelTimings: { sigintMs: patient, sigtermMs: patient },
      cancelWhen: (line: string) => line === 'ready',
    }
    const polite = await runTiny(ready('process.on("SIGINT", () => process.exit(7))'), options)
    expect([polite.exitCode, polite.conclusion, polite.postExitCode]).toEqual([7, 'cancelled', 0])
    const deaf = await runTiny(ready(ignore('SIGINT')), {
      ...options,
      cancelTimings: { sigintMs: soon, sigtermMs: patient },
    })
    expect([deaf.signal, deaf.exitCode]).toEqual(['SIGTERM', 143])
    const dead = await runTiny(ready(`${ignore('SIGINT')};${ignore('SIGTERM')}`), {
      ...options,
      cancelTimings: { sigintMs: soon, sigtermMs: soon },
    })
    expect([dead.signal, dead.exitCode]).toEqual(['SIGKILL', 137])
    expect(dead.rawStdout).toBe('ready\ngot SIGINT\ngot SIGTERM\npost\n')
    expect(dead.durationMs).toBeGreaterThan(2 * soon - 10)
  })

  it('kills only the action: its child lives until the job ends, then not', async () => {
    const main =
      'const { spawn } = await import("node:child_process");' +
      'const child = spawn("sleep", ["60"], { stdio: "ignore" });' +
      'console.log("child", child.pid); setInterval(() => {}, 1000)'
    const run = await runTiny(main, { killWhen: (line) => line.startsWith('child') })
    expect([run.exitCode, run.conclusion]).toEqual([137, 'failure'])
    const pid = Number(/child (\d+)/.exec(run.rawStdout)?.[1])
    expect(run.orphans).toEqual([{ pid, command: 'sleep 60' }])
    await run.dispose()
    await expect.poll(() => findOrphans(run.trackingId), { timeout: 15_000 }).toEqual([])
    expect(existsSync(run.files.root)).toBe(false)
  })

  it('ends a step that takes too long, as a failure', async () => {
    const run = await runTiny('setInterval(() => {}, 1000)', { timeoutMs: 200 })
    expect(run.conclusion).toBe('failure')
    expect(run.annotations.at(-1)?.message).toContain('timed out')
  })
})
