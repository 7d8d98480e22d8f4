import { dirname } from 'node:path'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import { toContextPaths, toDockerfilePaths } from './context.ts'
import type { Reader } from './reader.ts'

/**
 * Reports a relative path that does not stay in the workspace: links in it are whoever's who wrote what
 * was checked out. An absolute one is the workflow's author's own.
 *
 * @returns whether it stays
 */
export const reportOutside = ({ run, report }: Reader, input: string, path: string): boolean => {
  const { workspace } = run
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
export const reportOutsideBuild = (reader: Reader, contexts: readonly string[]): void => {
  const { text, run } = reader
  const file = text('file')
  const paths = toContextPaths(text('context') ?? '.', run.workspace)
  const reportFiles = (input: string, dockerfile: string): void => {
    for (const path of toDockerfilePaths(dockerfile)) reportOutside(reader, input, path)
  }
  for (const path of paths) {
    const isInside = reportOutside(reader, 'context', path)
    if (isInside && file === undefined) reportFiles('context', `${path}/Dockerfile`)
  }
  // In a context from elsewhere, it names a file of that.
  if (paths.length > 0 && file !== undefined) {
    // Its folder is sent, too, as far as the Dockerfile's own frontend asks for it.
    const isInside = reportOutside(reader, 'file', dirname(file))
    if (isInside) reportFiles('file', file)
  }
  for (const path of contexts.flatMap((each) => toContextPaths(each, run.workspace))) {
    reportOutside(reader, 'build-contexts', path)
  }
}
