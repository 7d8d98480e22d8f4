import { Failure } from '../../failure.ts'
import { toLine } from '../../text/to-line.ts'

/** More files are no cache that is worth its way. */
export const mostItems = 200_000

/** Of the text of a tree. */
export const mostTreeBytes = 64 * 1024 * 1024

/** Of one cache: an entry of the Actions cache has at most 10 GB. */
export const mostMountBytes = 8_000_000_000

/** What is in a cache mount. A path is bytes, of which all but the plainest are written as %XX. */
export type TreeItem = { readonly path: string } & (
  | { readonly kind: 'folder'; readonly owner: string }
  | { readonly kind: 'link'; readonly target: string }
  | {
      readonly kind: 'file'
      /** Mode, user, group. */
      readonly owner: string
      readonly time: string
      readonly sizeBytes: number
      /** Where its bytes are, in the words of whoever wrote the tree. */
      readonly content: string
    }
)

export type Tree = {
  readonly items: readonly TreeItem[]
  /** Its other lines, each in words. */
  readonly others: readonly (readonly string[])[]
}

const owner = /^[0-7]{1,4} \d{1,10} \d{1,10}$/
const plain = /^(?:[A-Za-z0-9._~+@=,:/-]|%[0-9A-F]{2})+$/

const isPath = (path: string): boolean =>
  plain.test(path) &&
  // A byte is written in one way, and a name holds neither of these.
  !/%(?:00|2[BCDEF]|3[0-9AD]|4[0-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/.test(path) &&
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')

const parseItem = ([kind, ...words]: readonly string[]): TreeItem | undefined => {
  const path = words.at(-1) ?? ''
  const who = words.slice(0, 3).join(' ')
  if (!isPath(path)) return undefined
  if (kind === 'd' && words.length === 4 && owner.test(who))
    return { kind: 'folder', path, owner: who }
  if (kind === 'l' && words.length === 2 && plain.test(words[0] ?? ''))
    return { kind: 'link', path, target: words[0] ?? '' }
  const [, , , time = '', size = '', content = ''] = words
  const isFile = kind === 'f' && words.length === 7 && owner.test(who)
  if (!isFile || !/^-?\d{1,12}$/.test(time) || !/^\d{1,15}$/.test(size)) return undefined
  return { kind: 'file', path, owner: who, time, sizeBytes: Number(size), content }
}

/**
 * Reads a tree that somebody else may have written. What is in a folder comes after it, so nothing leads
 * through a link.
 *
 * @throws {Failure} naming the line that is none of ours
 */
export const parseTree = (text: string): Tree => {
  const lines = text.split('\n')
  if (lines.at(-1) !== '' || lines.at(-2) !== 'end') throw new Failure('The list has no end')
  const folders = new Set([''])
  const seen = new Set<string>()
  const items: TreeItem[] = []
  const others: (readonly string[])[] = []
  for (const line of lines.slice(0, -2)) {
    const words = line.split(' ')
    if (!/^[dfl]$/.test(words[0] ?? '')) {
      others.push(words)
      continue
    }
    const item = parseItem(words)
    const above = item?.path.slice(0, Math.max(0, item.path.lastIndexOf('/')))
    if (item === undefined || !folders.has(above ?? '') || seen.has(item.path))
      throw new Failure(`${JSON.stringify(toLine(line, 200))} is no line of a tree`)
    if (items.length === mostItems)
      throw new Failure(`It has more than ${mostItems} files, folders and links`)
    seen.add(item.path)
    if (item.kind === 'folder') folders.add(item.path)
    items.push(item)
  }
  return { items, others }
}

const renderItem = (item: TreeItem): string => {
  if (item.kind === 'folder') return `d ${item.owner} ${item.path}`
  if (item.kind === 'link') return `l ${item.target} ${item.path}`
  return `f ${item.owner} ${item.time} ${item.sizeBytes} ${item.content} ${item.path}`
}

export const renderTree = ({ items, others }: Tree): string =>
  [...others.map((words) => words.join(' ')), ...items.map(renderItem), 'end', ''].join('\n')

type FileItem = Extract<TreeItem, { readonly kind: 'file' }>

export const filesOf = (items: readonly TreeItem[]): readonly FileItem[] =>
  items.filter((item) => item.kind === 'file')

export const bytesOf = (items: readonly TreeItem[]): number =>
  filesOf(items).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
