import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { toContextPaths } from './context.ts'

/**
 * The folder of a build context; undefined for a context that is elsewhere. GitHub's old short form is
 * a folder where there is one, and else an address.
 */
export const toContextFolder = (context: string, workspace: string): string | undefined => {
  const [path] = toContextPaths(context, workspace)
  if (path === undefined || context.startsWith('oci-layout:')) return undefined
  const folder = resolve(workspace, path)
  return path.startsWith('github.com/') && !existsSync(folder) ? undefined : folder
}
