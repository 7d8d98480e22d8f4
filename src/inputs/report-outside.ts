import { dirname } from 'node:path'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import { toContextPaths } from './context.ts'
import type { ReportProblem } from './problems.ts'
import type { Reader } from './reader.ts'

/**
 * Reports a relative path that does not stay in the workspace: links in it are whoever's who wrote what
 * was checked out. An absolute one is the workflow's author's own.
 *
 * @returns whether it stays
 */
export const reportOutside = (
  input: string,
  path: string,
  workspace: string,
  report: ReportProblem,
): boolean => {
  if (path.startsWith('/')) return true
  const outside = findOutside(path, workspace, toRealPaths('.', workspace))
  if (outside === undefined) return true
  const how = 'Write the absolute path where that is meant.'
  report(input, `it leads out of the workspace, to ${outside}. ${how}`, path)
  return false
}

/**
 * Reports what of a build's files is outside of the workspace.
 *
 * @param contexts further ones
 */
export const reportOutsideBuild = (
  { text, report }: Reader,
  contexts: readonly string[],
  workspace: string,
): void => {
  const file = text('file')
  const paths = toContextPaths(text('context') ?? '.', workspace)
  for (const path of paths) reportOutside('context', path, workspace, report)
  // In a context from elsewhere, it names a file of that.
  if (paths.length > 0 && file !== undefined) {
    // Its folder is sent, too, as far as the Dockerfile's own frontend asks for it.
    const isInside = reportOutside('file', dirname(file), workspace, report)
    if (isInside) reportOutside('file', file, workspace, report)
  }
  for (const path of contexts.flatMap((each) => toContextPaths(each, workspace))) {
    reportOutside('build-contexts', path, workspace, report)
  }
}
