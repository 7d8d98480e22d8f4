import { posix } from 'node:path'
import { findNearestWord } from '../text/nearest.ts'

export type EntryKind = 'file' | 'folder' | 'link'

/** Files that nodes get beside their images, as far as manifests are compared with them. */
export type GivenFiles = {
  /** The path on the nodes. */
  readonly target: string
  readonly isWritable: boolean
  /** Undefined where only what is fetched will say it. */
  readonly isFile: boolean | undefined
  /** Names of the nodes that get them. */
  readonly nodes: readonly string[]
  /** By paths relative to the target; undefined likewise. */
  readonly entries: ReadonlyMap<string, EntryKind> | undefined
}

/** All that nodes get, and what besides is somebody's there. */
export type NodePaths = {
  readonly files: readonly GivenFiles[]
  /** What an earlier step has put there, and folders that the nodes have from the machine. */
  readonly others: readonly string[]
}

export const noPaths: NodePaths = { files: [], others: [] }

/** What is at a path of a node, going by what the step puts there. */
export type Found =
  | { readonly kind: 'ours'; readonly files: GivenFiles; readonly is: EntryKind | undefined }
  /** Below a target, and not in its tree. */
  | {
      readonly kind: 'missing'
      readonly files: GivenFiles
      readonly nearest: string | undefined
    }
  /** Nothing of ours, and the name of a target that was probably meant. */
  | { readonly kind: 'near'; readonly files: GivenFiles }
  | { readonly kind: 'foreign' }

const isWithin = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`)

/** `/var/local/models/` is `/var/local/models`. */
export const tidyPath = (path: string): string => posix.normalize(path).replace(/(?<=[^/])\/+$/, '')

/** A manifest may be anybody's: comparing words takes the product of their lengths. */
const mostCompared = 1_000
const longestPath = 1_000

const findInTree = (files: GivenFiles, inner: string): Found => {
  const { target, entries } = files
  if (entries === undefined) return { kind: 'ours', files, is: undefined }
  const names = inner.split('/')
  const above = names.map((_, at) => names.slice(0, at + 1).join('/'))
  // What is behind a link may be anywhere in the tree.
  if (above.some((path) => entries.get(path) === 'link'))
    return { kind: 'ours', files, is: undefined }
  const is = entries.get(inner)
  if (is !== undefined) return { kind: 'ours', files, is }
  const parent = names.slice(0, -1).join('/')
  const beside = [...entries.keys()]
    .filter((path) => posix.dirname(path) === (parent || '.'))
    .slice(0, mostCompared)
  const nearest = findNearestWord(inner, beside)
  return { kind: 'missing', files, nearest: nearest && `${target}/${nearest}` }
}

const kindOf = ({ isFile }: GivenFiles): EntryKind | undefined => {
  if (isFile === undefined) return undefined
  return isFile ? 'file' : 'folder'
}

/** @param isMade whether Kubernetes is told to make what is not there, so that another name may well be meant */
export const findAtPath = (given: string, { files, others }: NodePaths, isMade: boolean): Found => {
  if (given.length > longestPath) return { kind: 'foreign' }
  const path = tidyPath(given)
  const own = files.find(({ target }) => isWithin(path, target))
  if (own?.target === path) {
    return { kind: 'ours', files: own, is: kindOf(own) }
  }
  if (own !== undefined) {
    if (own.isFile) return { kind: 'missing', files: own, nearest: own.target }
    return findInTree(own, path.slice(own.target.length + 1))
  }
  const isForeign =
    others.some((other) => isWithin(path, other)) ||
    files.some(({ target }) => isWithin(target, path))
  if (isForeign) return { kind: 'foreign' }
  const word = findNearestWord(
    path,
    files.map(({ target }) => target),
  )
  const near =
    files.find(({ target }) => target === word) ??
    files.find(
      ({ target }) =>
        !isMade && isWithin(path, '/var') && posix.basename(target) === posix.basename(path),
    )
  return near === undefined ? { kind: 'foreign' } : { kind: 'near', files: near }
}
