import { readFileSync, writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

type Tally = {
  passed: number
  failed: number
  skipped: number
  /** Seconds by file. */
  readonly files: Record<string, number>
}

/** Where `script/test` has one tier's tally kept for the next. */
const kept = process.env['SLIPWAY_TALLY'] || undefined
const readKept = (): string => (kept === undefined ? '' : readFileSync(kept, 'utf8'))

const count = (modules: readonly TestModule[], unhandled: number): Tally => {
  const counts: Tally = JSON.parse(readKept() || '{"passed":0,"failed":0,"skipped":0,"files":{}}')
  counts.failed += unhandled
  for (const module of modules) {
    // A file that cannot be loaded has no tests to fail, nor has one without any.
    if (module.errors().length > 0 || module.children.size === 0) counts.failed += 1
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      counts[state === 'pending' ? 'skipped' : state] += 1
    }
    const { collectDuration, duration } = module.diagnostic()
    counts.files[module.relativeModuleId] = (collectDuration + duration) / 1_000
  }
  return counts
}

const renderSlowest = (files: Tally['files']): string =>
  Object.entries(files)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 20)
    .map(([file, seconds]) => `${seconds.toFixed(1).padStart(7)} s  ${file}\n`)
    .join('')

/** What the steps of failed tests printed last; masked, as in a run's log. */
const renderLogs = (modules: readonly TestModule[]): string =>
  modules
    .flatMap((module) => [...module.children.allTests('failed')])
    .flatMap((test) =>
      (test.meta().logs ?? []).map((log) => `\nThe log of ${test.fullName}:\n${log}\n`),
    )
    .join('')

/**
 * Prints `N passed, N failed, N skipped` as the run's last line; in `script/test` of both tiers, after
 * the slowest files and the logs of what failed.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tally = count(modules, unhandled.length)
    if (kept !== undefined && modules.length > 0) writeFileSync(kept, JSON.stringify(tally))
    const logs = renderLogs(modules)
    process.once('exit', (code) => {
      const { passed, skipped, files } = tally
      // Where no test failed, something else did: the testbed that does not come up.
      const failed = tally.failed || Math.sign(code)
      if (kept !== undefined) process.stdout.write(renderSlowest(files))
      process.stdout.write(logs)
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
    })
  }
}
