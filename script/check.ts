/** Types, lint, dead code, docs in step: `npm run check`. Runs all side by side and tells all that failed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

const checks: readonly (readonly [name: string, ...command: readonly [string, ...string[]]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint', 'biome', 'check', '--error-on-warnings'],
  ['dead code', 'knip'],
  ['imports', 'node', 'script/check.d/imports.ts'],
  ['docs', 'node', 'script/docs.ts', '--check'],
]

/** What a check prints comes in one piece, when it has ended. */
const passes = async ([name, command, ...args]: (typeof checks)[number]): Promise<boolean> => {
  const started = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  return status === 0
}

const passed = await Promise.all(checks.map(passes))
process.exitCode = passed.every(Boolean) ? 0 : 1
