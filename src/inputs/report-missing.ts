import { resolve } from 'node:path'
import { toContextFolder } from './context-folder.ts'
import type { ReportProblem } from './problems.ts'

/** What there is at a path, links followed. */
export type KindOf = (path: string) => 'folder' | 'file' | 'nothing'

/** Where paths start, and who looks there. */
type Looker = { readonly workspace: string; readonly kindOf: KindOf }

const remedy = 'Paths start in the workspace: has actions/checkout run before this step?'

/**
 * Reports what is to be built and is not there, before a token is minted for it.
 *
 * @param file the Dockerfile, as Bake finds it; undefined for the one that is usual
 */
export const reportMissing = (
  context: string,
  file: string | undefined,
  { workspace, kindOf }: Looker,
  report: ReportProblem,
): void => {
  const folder = toContextFolder(context, workspace)
  if (folder === undefined) return
  const kind = kindOf(folder)
  const isThere = (name: string): boolean => kindOf(resolve(folder, name)) !== 'nothing'
  const reportContext = (reason: string, how = remedy): void =>
    report({ input: 'context', value: context, reason, remedy: how })
  if (kind === 'file') reportContext('it is no folder')
  else if (kind === 'nothing') reportContext('there is no such folder')
  else if (file !== undefined && !isThere(file)) reportNoFile('file', file, report)
  // BuildKit takes either.
  else if (file === undefined && !isThere('Dockerfile') && !isThere('dockerfile')) {
    reportContext('the folder has no Dockerfile', `Name it with file. ${remedy}`)
  }
}

const reportNoFile = (input: string, value: string, report: ReportProblem): void =>
  report({ input, value, reason: 'there is no such file', remedy })

/** The same for Bake files; one with an address is elsewhere. */
export const reportMissingFile = (
  file: string,
  { workspace, kindOf }: Looker,
  report: ReportProblem,
): void => {
  if (file.includes('://') || kindOf(resolve(workspace, file)) !== 'nothing') return
  reportNoFile('bake-files', file, report)
}
