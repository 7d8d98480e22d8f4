import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { attempt, Failure } from '../../../failure.ts'
import { findOutside } from '../../../host/real-path.ts'
import { toLine } from '../../../text/to-line.ts'

/** What a line of the input names. */
export type Location = {
  /** Real path of the workspace. */
  readonly root: string
  /** Below it, without links; empty for itself. */
  readonly path: string
  readonly isFile: boolean
  /** Real path of the repository that it is in. */
  readonly repository: string
  /** `submodule` is one whose `.git` is elsewhere. */
  readonly git: 'folder' | 'submodule' | 'none'
}

const gitOf = (folder: string): Stats | undefined =>
  lstatSync(join(folder, '.git'), { throwIfNoEntry: false })

/** The nearest folder above that has a `.git`. */
const findRepository = (root: string, path: string): Pick<Location, 'repository' | 'git'> => {
  for (let at = path; ; at = dirname(at)) {
    const folder = at === '.' ? root : join(root, at)
    const found = gitOf(folder)
    if (found !== undefined)
      return { repository: folder, git: found.isDirectory() ? 'folder' : 'submodule' }
    if (at === '.' || at === '') return { repository: root, git: 'none' }
  }
}

/**
 * @param given relative to the workspace
 * @throws {Failure} where it is not there, or elsewhere
 */
export const locate = (workspace: string, given: string): Location => {
  const name = `lfs:${toLine(given)}`
  const root = attempt(() => realpathSync(workspace))
  if (root === undefined) throw new Failure(`The workspace ${workspace} is not there`)
  const outside = findOutside(given, root, [root])
  if (outside !== undefined)
    throw new Failure(`${name} leads out of the workspace, to ${toLine(outside)}`, {
      remedy: 'Name a folder or file of the checkout, relative to the workspace.',
    })
  const real = attempt(() => realpathSync(resolve(root, given)))
  if (real === undefined)
    throw new Failure(`${name} is not in the workspace`, {
      remedy: 'Check it out before this step, and look at its spelling.',
    })
  const path = relative(root, real)
  const stat = statSync(real)
  if (path.split('/').includes('.git') || !(stat.isFile() || stat.isDirectory()))
    throw new Failure(`${name} is no folder and no file of the checkout`)
  const isFile = stat.isFile()
  const folder = isFile ? dirname(path) : path
  return { root, path, isFile, ...findRepository(root, folder) }
}
