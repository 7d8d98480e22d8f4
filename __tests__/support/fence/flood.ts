/** Prints what a shell command prints through the fence, as the action prints a build's log. */
import { readFileSync } from 'node:fs'
import { createRunner } from '../../../src/commands/actions/runner.ts'
import { splitLines } from '../../../src/host/log-fence.ts'
import { runStreaming } from '../../../src/host/process.ts'

const [command = ''] = process.argv.slice(2)
const flood = {
  file: 'sh',
  args: ['-c', command],
  env: { PATH: process.env['PATH'] ?? '' },
  timeoutMs: 600_000,
}
const runner = createRunner()
await runner.fenced((write) =>
  runStreaming(flood, {
    stdout: (stream) => splitLines(stream, write),
    stderr: (stream) => splitLines(stream, write),
  }),
)

// Not resourceUsage().maxRSS, which starts at what the parent had when it started us.
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
process.stderr.write(`${peak}`)
// As the action ends.
await runner.flush()
process.exit()
