import { posix } from 'node:path'
import { isPlainPath } from '../../image/contents/path.ts'
import { findTargetObjection } from '../../inputs/node-files.ts'
import { isLike } from '../../text/wildcard.ts'
import { findCopied } from './copied-from.ts'
import { parentOf, type Subject } from './subject.ts'

/** A line of `node-files`, and where pods find what it brings. */
type Advice = {
  /** Relative to the workspace. */
  readonly source: string
  readonly line: string
  readonly mountPath: string
}

const page = 'docs/models.md'

/** What a pod runs must not come from the checkout while the rest comes from the image. */
const code = /\.(?:py|pyc|js|mjs|cjs|ts|rb|go|rs|java|jar|sh|so(?:\.\d+)*|php|pl)$/

const hasCode = ({ visible }: Subject, folder: string): boolean =>
  [...visible.keys()].some((path) => path.startsWith(`${folder}/`) && code.test(path))

const toLine = (
  source: string,
  path: string,
  isLfs: boolean,
  { background: { recipe } }: Subject,
): readonly Advice[] => {
  const folder = recipe?.origin?.folder
  const whole = folder === undefined ? '' : posix.join(folder, source)
  const target = `/var/local/${posix.basename(whole)}`
  if (!isPlainPath(whole) || !isPlainPath(path) || findTargetObjection(target) !== undefined)
    return []
  return [
    { source: whole, line: `${isLfs ? 'lfs:' : ''}${whole}:${target}`, mountPath: `/${path}` },
  ]
}

/** More lines are better written by whoever knows the folder. */
const mostLines = 3

const isOfLfs = (source: string, { background: { recipe } }: Subject): boolean => {
  const { folder = '', lfs = [] } = recipe?.origin ?? {}
  const whole = posix.join(folder, source)
  return lfs.some((pattern) =>
    isLike(pattern.includes('/') ? whole : posix.basename(whole), pattern),
  )
}

/** Folders where nothing in them runs, else files; empty where the line does not tell the sources. */
const toLines = (
  paths: readonly string[],
  layer: number,
  isPointer: boolean,
  subject: Subject,
): readonly Advice[] => {
  const origin = subject.origins[layer]
  const { recipe } = subject.background
  const found = paths.map((path) => {
    const source = origin && findCopied(path, origin, recipe)
    if (source === undefined) return []
    const [inner, above] = [parentOf(source), parentOf(path)]
    const isFile = inner === '' || hasCode(subject, above)
    const isLfs = isPointer || isOfLfs(source, subject)
    return toLine(isFile ? source : inner, isFile ? path : above, isLfs, subject)
  })
  const sources = found.flat().map(({ source }) => source)
  const outer = found
    .flat()
    .filter(({ source }) => !sources.some((other) => source.startsWith(`${other}/`)))
  const lines = new Map(outer.map((advice) => [advice.line, advice]))
  const targets = new Set([...lines.keys()].map((line) => line.slice(line.lastIndexOf(':'))))
  const isWhole = found.every((each) => each.length > 0) && targets.size === lines.size
  return isWhole && lines.size <= mostLines ? [...lines.values()] : []
}

const renderAdvice = (advice: readonly Advice[]): string => {
  const lines = advice.map(({ line }) => `\`${line}\``).join(', ')
  const paths = advice.map(({ mountPath }) => `\`${mountPath}\``).join(', ')
  return `\`node-files\` with ${lines}, and mount that \`hostPath\` in the pod at ${paths}, with \`readOnly: true\` (${page}).`
}

/** What to write so that models come to the nodes beside the image. */
export const adviseOnModels = (
  paths: readonly string[],
  layer: number,
  subject: Subject,
): string => {
  const advice = toLines(paths, layer, false, subject)
  if (advice.length > 0)
    return `Leave it out of this line, or write it into .dockerignore. Give the step ${renderAdvice(advice)}`
  const [first = ''] = paths
  const folder = parentOf(first)
  const place = folder === '' || hasCode(subject, folder) ? first : folder
  const where = isPlainPath(place) ? ` at \`/${place}\`` : ''
  return `Leave it out of the image: have it in a folder before this step, give the step \`node-files\` with \`FOLDER:/var/local/models\`, and mount that \`hostPath\` in the pod${where}, with \`readOnly: true\` (${page}).`
}

/** The same for pointers of Git LFS in place of models; undefined where nobody can tell what they are. */
export const adviseOnPointers = (
  paths: readonly string[],
  layer: number,
  subject: Subject,
): string | undefined => {
  const advice = toLines(paths, layer, true, subject)
  return advice.length === 0
    ? undefined
    : `Leave it out of the image: give the step ${renderAdvice(advice)} Or, for a file that the image needs, set \`lfs: true\` on actions/checkout.`
}
