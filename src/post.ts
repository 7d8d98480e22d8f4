import { findNodeProblem } from './node-version.ts'

// Main has said what is wrong, and did nothing that would have to be undone.
if (findNodeProblem(process.versions.node, process.platform) === undefined)
  await import('./commands/actions/post.ts')
