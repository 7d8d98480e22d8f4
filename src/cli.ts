#!/usr/bin/env node
import { findNodeProblem } from './node-version.ts'

const problem = findNodeProblem(
  process.versions.node,
  process.platform,
  'Install a newer one: https://nodejs.org.',
)
if (problem === undefined) await import('./commands/terminal/begin.ts')
else {
  process.stderr.write(`ERROR: ${problem}\n`)
  process.exitCode = 1
}
