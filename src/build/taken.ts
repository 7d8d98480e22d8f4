import { trimPrefix } from './dockerfile/glob.ts'
import type { ContextSource } from './dockerfile/sources.ts'

/** Trying a pattern takes the power of its stars of a path's length, and nobody can end it midway. */
const mostStars = 3
const mostOfThose = 20
const mostPatterns = 1_000
/** Of a path that patterns are tried on. */
export const longestMatched = 500

/** Whether an ignore file's patterns can be tried on all files. */
export const isSimple = (ignoreText: string): boolean => {
  const stars = ignoreText.split('\n').map((line) => line.match(/\*+/g)?.length ?? 0)
  return (
    stars.length <= mostPatterns &&
    stars.every((count) => count <= mostStars) &&
    stars.filter((count) => count === mostStars).length <= mostOfThose
  )
}

/** Whether a name fits a source's, which may hold signs that stand for others; a doubtful one does. */
const fits = (pattern: string, name: string): boolean =>
  pattern === name || /[[\\]/.test(pattern) || trimPrefix(pattern, name, true) === ''

/** Whether one leads to, or into, the other, as far as both go. */
export const isOnTheWay = ({ path }: ContextSource, to: string): boolean => {
  if (path === '.') return true
  const names = to.split('/')
  return path.split('/').every((each, at) => fits(each, names[at] ?? each))
}

/** How many names deep it leads. */
export const depthOf = ({ path }: ContextSource): number =>
  path === '.' ? 0 : path.split('/').length

/** Whether a source takes a file. */
export const takes = (source: ContextSource, path: string): boolean =>
  depthOf(source) <= path.split('/').length && isOnTheWay(source, path)
