import type { Placed } from '../../image/contents/merge.ts'
import { findFolderAbove, foldersAbove, isPlainPath } from '../../image/contents/path.ts'
import type { Match } from './finding.ts'
import { type FolderRule, folderRules } from './folders.ts'
import { isBase, isFromContext, nameOf, parentOf, type Subject, withoutShared } from './subject.ts'

/** A folder that a rule is about, and the files in it of which no name is elsewhere. */
type Found = { readonly rule: FolderRule; readonly path: string; readonly files: Placed[] }

/** Without those that some file of the image speaks against. */
const findRules = ({ merged }: Subject): readonly FolderRule[] => {
  const isSpokenFor = (unless: RegExp): boolean =>
    merged.visible.some(({ entry }) => entry.type === 'f' && unless.test(nameOf(entry)))
  return folderRules.filter(({ unless }) => unless === undefined || !isSpokenFor(unless))
}

/** Folders that are what their rule is about, and that nothing runs from. */
const withoutUsed = (
  folders: ReadonlyMap<string, FolderRule>,
  { merged }: Subject,
): ReadonlyMap<string, FolderRule> => {
  if (folders.size === 0) return folders
  const used = new Set<string>()
  const signed = new Set<string>()
  for (const { entry } of merged.visible)
    for (const folder of foldersAbove(entry.path)) {
      const { runs, sign } = folders.get(folder) ?? {}
      if (runs?.test(entry.path)) used.add(folder)
      if (sign?.test(entry.path)) signed.add(folder)
    }
  return new Map(
    [...folders].filter(
      ([folder, { sign }]) => !used.has(folder) && (sign === undefined || signed.has(folder)),
    ),
  )
}

const findFolders = (subject: Subject): ReadonlyMap<string, FolderRule> => {
  const { merged, visible } = subject
  const found = new Map<string, FolderRule>()
  const rules = findRules(subject)
  const unmarked = rules.filter(({ mark }) => mark === undefined)
  const marked = rules.filter(({ mark }) => mark !== undefined)
  for (const { entry } of merged.visible) {
    const { type, path } = entry
    if (type === 'd') {
      const rule = unmarked.find(({ folder }) => folder.test(path))
      if (rule !== undefined) found.set(path, rule)
    } else {
      const folder = parentOf(path)
      const rule = marked.find((each) => each.mark === nameOf(entry) && each.folder.test(folder))
      if (rule !== undefined && visible.has(folder)) found.set(folder, rule)
    }
  }
  return withoutUsed(found, subject)
}

/** The topmost folder that a rule is about and that a path is in; what is only worth a hint comes last. */
const findAround = (path: string, folders: ReadonlyMap<string, FolderRule>): string | undefined =>
  findFolderAbove(path, (folder) => (folders.get(folder)?.level ?? 'info') !== 'info') ??
  findFolderAbove(path, (folder) => folders.has(folder))

const collect = (subject: Subject): readonly Found[] => {
  const folders = findFolders(subject)
  if (folders.size === 0) return []
  const files = new Map<string, Placed[]>()
  for (const placed of subject.merged.visible) {
    const { type, path } = placed.entry
    const folder = type === 'f' ? findAround(path, folders) : undefined
    if (folder === undefined) continue
    const known = files.get(folder) ?? []
    files.set(folder, known)
    known.push(placed)
  }
  return [...files].flatMap(([path, inside]) => {
    const rule = folders.get(path)
    return rule === undefined ? [] : [{ rule, path, files: withoutShared(inside, subject) }]
  })
}

const sum = (files: readonly Placed[]): number =>
  files.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0)

const isOfRule = ({ origins }: Subject, { isFromContext: wanted }: FolderRule, layer: number) => {
  const origin = origins[layer]
  return wanted === undefined || (origin !== undefined && isFromContext(origin))
}

/** More would be a page of options. */
const mostFolders = 4

/** The fix that names these folders, the largest first. */
const fixFor = ({ fixFor: render }: FolderRule, paths: readonly string[]): Pick<Match, 'fix'> => {
  const plain = paths.filter(isPlainPath).slice(0, mostFolders)
  return render === undefined || plain.length === 0
    ? {}
    : { fix: render(plain.map((path) => `/${path}`)) }
}

const elsewhere =
  'the line mounts a cache at another path: another USER or HOME has another cache folder'

/** What rules about folders find, for each line that has put something there. */
export const matchFolders = (subject: Subject): readonly Match[] => {
  const parts = collect(subject).flatMap(({ rule, path, files }) =>
    [...Map.groupBy(files, ({ layer }) => layer)].map(([layer, own]) => ({
      rule,
      layer,
      path,
      bytes: sum(own),
    })),
  )
  const own = parts.filter(
    ({ rule, layer }) => !isBase(subject, layer) && isOfRule(subject, rule, layer),
  )
  return [...Map.groupBy(own, ({ rule, layer }) => `${rule.id} ${layer}`).values()].flatMap(
    (group) => {
      const [first] = group
      const bytes = group.reduce((total, part) => total + part.bytes, 0)
      if (first === undefined || bytes < first.rule.leastBytes) return []
      const { rule, layer } = first
      const paths = group.toSorted((a, b) => b.bytes - a.bytes).map(({ path }) => path)
      const mounts = /--mount=\S*type=cache/.test(subject.origins[layer]?.instruction ?? '')
      const evidence = rule.id.startsWith('cache-') && mounts ? { evidence: elsewhere } : {}
      return [{ rule, layer, bytes, paths, ...fixFor(rule, paths), ...evidence }]
    },
  )
}
