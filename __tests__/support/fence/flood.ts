/** Logs what a shell command prints as the action logs a build. */
import { readFileSync } from 'node:fs'
import { createProgress } from '../../../src/build/progress.ts'
import { createRunner } from '../../../src/commands/actions/runner.ts'
import { pour } from '../../../src/host/lines.ts'
import { runStreaming } from '../../../src/host/process.ts'
import { logBuild } from '../../../src/run/build-log.ts'

const [command = ''] = process.argv.slice(2)
const flood = {
  file: 'sh',
  args: ['-c', command],
  env: { PATH: process.env['PATH'] ?? '' },
  timeoutMs: 600_000,
}
const runner = createRunner()
const { signal } = new AbortController()
const logged = { name: 'flood', isAlone: true, dockerfile: undefined, signal }
await logBuild(runner, logged, async (onEvent) => {
  const progress = createProgress(onEvent)
  await runStreaming(flood, {
    stdout: (stream) => pour(stream, progress.createSink()),
    stderr: (stream) => pour(stream, progress.createSink()),
  })
  progress.finish()
  return progress.stats()
})

// Not resourceUsage().maxRSS, which starts at what the parent had when it started us.
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
process.stderr.write(`${peak}`)
// As the action ends.
await runner.flush()
process.exit()
