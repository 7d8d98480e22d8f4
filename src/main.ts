import { findNodeProblem } from './node-version.ts'

const problem = findNodeProblem(process.versions.node, process.platform)
if (problem === undefined) await import('./commands/actions/step.ts')
else {
  process.stdout.write(`::error::${problem}\n`)
  process.exitCode = 1
}
