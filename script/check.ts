/** Types, lint, dead code, docs in step: `npm run check`. Runs all and tells all that failed. */
import { spawnSync } from 'node:child_process'

const checks: readonly (readonly [name: string, ...command: readonly [string, ...string[]]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint', 'biome', 'check', '--error-on-warnings'],
  ['dead code', 'knip'],
  ['imports', 'node', 'script/check.d/imports.ts'],
  ['docs', 'node', 'script/docs.ts', '--check'],
]

const failed = checks.filter(([name, command, ...args]) => {
  const started = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  return status !== 0
})
process.exitCode = failed.length === 0 ? 0 : 1
