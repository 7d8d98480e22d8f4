import { attempt } from '../../failure.ts'
import type { Placed } from '../../image/contents/merge.ts'
import { findFolderAbove } from '../../image/contents/path.ts'
import type { Match, Rule } from './finding.ts'
import { readTexts } from './read-texts.ts'
import { isBase, parentOf, type Subject, withoutShared } from './subject.ts'

export const nodeRule: Rule = {
  id: 'node-dev-packages',
  level: 'warning',
  what: "npm's packages for development",
  fix: 'Install with `npm ci --omit=dev`; where the build needs them, `npm prune --omit=dev` at its end, in a stage of its own.',
  doubt: 'the image is there to build or test',
}

/** Less, of one line, is not worth a word. */
const leastBytes = 1_000_000

const mostLists = 500
const bounds = { longest: 16_000_000, most: 64_000_000 }

const listPath = /(?:^|\/)node_modules\/\.package-lock\.json$/

type List = { readonly packages?: Readonly<Record<string, { readonly dev?: unknown } | null>> }

/** Folders of packages that only development needs, as npm wrote them down: `node_modules/vitest`. */
const readDev = (text: string): readonly string[] =>
  Object.entries(attempt(() => JSON.parse(text) as List)?.packages ?? {}).flatMap(
    ([path, about]) => {
      const isBelow = path.startsWith('node_modules/') && !path.split('/').includes('..')
      return isBelow && about?.dev === true ? [path] : []
    },
  )

/** The packages that npm says are only for development, and are in the image. */
export const matchNode = async (subject: Subject): Promise<readonly Match[]> => {
  const { visible } = subject.merged
  const lists = visible
    .filter(({ entry }) => entry.type === 'f' && listPath.test(entry.path))
    .slice(0, mostLists)
  if (lists.length === 0) return []
  const texts = await readTexts(subject, lists, bounds)
  const folders = new Set(
    lists.flatMap(({ entry }, at) => {
      const root = parentOf(parentOf(entry.path))
      // The list is in UTF-8, and names are bytes.
      const text = Buffer.from(texts[at] ?? '', 'latin1').toString('utf8')
      return readDev(text).map((path) => {
        const bytes = Buffer.from(path).toString('latin1')
        return root === '' ? bytes : `${root}/${bytes}`
      })
    }),
  )
  if (folders.size === 0) return []
  const findAround = (path: string) => findFolderAbove(path, (folder) => folders.has(folder))
  const files: readonly Placed[] = visible.filter(
    ({ entry }) => entry.type === 'f' && findAround(entry.path) !== undefined,
  )
  const own = withoutShared(files, subject).filter(({ layer }) => !isBase(subject, layer))
  return [...Map.groupBy(own, ({ layer }) => layer)].flatMap(([layer, group]) => {
    const bytes = group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
    const sizes = new Map<string, number>()
    for (const { entry } of group) {
      const folder = findAround(entry.path) ?? ''
      sizes.set(folder, (sizes.get(folder) ?? 0) + entry.sizeBytes)
    }
    const paths = [...sizes].toSorted(([, a], [, b]) => b - a).map(([path]) => path)
    return bytes < leastBytes ? [] : [{ rule: nodeRule, layer, bytes, paths }]
  })
}
