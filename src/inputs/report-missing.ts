import { resolve } from 'node:path'
import { toContextFolder } from './context.ts'
import type { Reader } from './reader.ts'

const remedy = 'Paths start in the workspace: has actions/checkout run before this step?'

const noFile = `there is no such file. ${remedy}`

/**
 * Reports what is to be built and is not there, before a token is minted for it.
 *
 * @param file the Dockerfile, as Bake finds it; undefined for the one that is usual
 */
export const reportMissing = ({ run, text, report }: Reader, file: string | undefined): void => {
  const { workspace, kindOf } = run
  const context = text('context') ?? '.'
  const folder = toContextFolder(context, workspace)
  if (folder === undefined) return
  const kind = kindOf(folder)
  const isThere = (name: string): boolean => kindOf(resolve(folder, name)) !== 'nothing'
  if (kind !== 'folder') {
    const reason = kind === 'file' ? 'it is no folder' : 'there is no such folder'
    report('context', `${reason}. ${remedy}`, context)
  } else if (file !== undefined) {
    if (!isThere(file)) report('file', noFile, file)
    // BuildKit takes either.
  } else if (!isThere('Dockerfile') && !isThere('dockerfile')) {
    report('context', `the folder has no Dockerfile. Name it with file. ${remedy}`, context)
  }
}

/** The same for a Bake file; one with an address is elsewhere. */
export const reportMissingFile = ({ run, report }: Reader, file: string): void => {
  if (file.includes('://') || run.kindOf(resolve(run.workspace, file)) !== 'nothing') return
  report('bake-files', noFile, file)
}
