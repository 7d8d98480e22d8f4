import { join, relative } from 'node:path'
import type { ContextOrigin } from '../image/background.ts'
import { type BuildFiles, readQuietly } from './dockerfile/find.ts'

const mostPatterns = 200
const longestPattern = 200

/** A pattern without a slash is about names wherever they are, others about paths from its file on. */
const toPattern = (folder: string, pattern: string): string => {
  const trimmed = pattern.replace(/^\//, '')
  return pattern.includes('/') ? join(folder, trimmed) : trimmed
}

const readPatterns = (workspace: string, folder: string): readonly string[] =>
  (readQuietly(join(workspace, folder, '.gitattributes')) ?? '')
    .split('\n')
    .flatMap((line) => {
      const [pattern = '', ...attributes] = line.trim().split(/\s+/)
      const isPlain = /^[^#"!]/.test(pattern) && pattern.length <= longestPattern
      return isPlain && attributes.includes('filter=lfs') ? [toPattern(folder, pattern)] : []
    })
    .slice(0, mostPatterns)

/** Where a build's context is in the workspace; undefined for one that is elsewhere. */
export const readContextOrigin = (
  { folder: whole }: BuildFiles,
  workspace: string,
): ContextOrigin | undefined => {
  const folder = whole === undefined ? '..' : relative(workspace, whole)
  if (folder === '..' || folder.startsWith('../')) return undefined
  const folders = folder === '' ? [''] : ['', folder]
  return { folder, lfs: folders.flatMap((each) => readPatterns(workspace, each)) }
}
