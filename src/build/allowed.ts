import { Failure } from '../failure.ts'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import type { Allowances } from '../inputs/allow.ts'
import type { BakeInputs } from '../inputs/inputs.ts'
import { type Ask, findAsks } from './asks.ts'

/** What an ask needs beyond the workspace, in the words of `bake --allow`. */
type Need = { readonly ask: Ask; readonly allowance: string }

const flags = { read: 'fs.read', write: 'fs.write' } as const

/** @param folders real paths that need no allowance */
const findNeed = (ask: Ask, workspace: string, folders: readonly string[]): readonly Need[] => {
  const { want } = ask
  if (want.kind === 'template') return [{ ask, allowance: '' }]
  if (want.kind === 'word') return [{ ask, allowance: want.word }]
  const outside = findOutside(want.path, workspace, folders)
  return outside === undefined ? [] : [{ ask, allowance: `${flags[want.kind]}=${outside}` }]
}

/** What each kind of path may reach. */
type Granted = { readonly [kind in keyof typeof flags]: readonly string[] }

const toFolders = (paths: readonly string[], workspace: string): readonly string[] =>
  paths.flatMap((path) => (path === '*' ? ['/'] : toRealPaths(path, workspace)))

/** `bake-set` is the workflow's author's own word; as for an input, an absolute path is meant. */
const findSetPaths = (sets: readonly string[], workspace: string): readonly Ask[] =>
  sets.flatMap((line) => {
    const [, key = '', value = ''] = /^[^=]*?\.([\w-]+)[^=]*=(.*)$/s.exec(line) ?? []
    const word = key === 'secrets' ? 'secret' : key
    const target = word === 'contexts' ? { contexts: { set: value } } : { [word]: value }
    // The target's own context is not what the line is about.
    const asks = findAsks({ context: 'target:', ...target }, workspace)
    return asks.filter(({ want }) => 'path' in want && want.path.startsWith('/'))
  })

const toGranted = ({ sets }: BakeInputs, allow: Allowances, workspace: string): Granted => {
  const own = toRealPaths('.', workspace)
  const set = (kind: keyof Granted): readonly string[] =>
    findSetPaths(sets, workspace).flatMap(({ want }) => (want.kind === kind ? [want.path] : []))
  return {
    read: [...own, ...toFolders([...allow.reads, ...set('read')], workspace)],
    write: [...own, ...toFolders([...allow.writes, ...set('write')], workspace)],
  }
}

const isGranted = ({ ask: { want }, allowance }: Need, { words }: Allowances): boolean =>
  want.kind === 'word' &&
  words.some((word) => word === allowance || (word === 'device' && /^device=/.test(allowance)))

const longestValue = 200

/** As it is where that is one line that can be copied. */
const show = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue
    ? text
    : JSON.stringify(text.slice(0, longestValue))

const verbs = { read: 'reads', write: 'writes' } as const

const renderRefusal = (name: string, { ask: { key, want }, allowance }: Need): string => {
  const what = `- ${name}: ${key}`
  switch (want.kind) {
    case 'template':
      return `${what} has a variable in it, which Bake would evaluate: ${show(want.text)}${key === 'env_file' ? ' (fs.read=* allows it)' : ''}`
    case 'word':
      return `${what} needs ${show(allowance)}`
    default:
      return `${what} ${verbs[want.kind]} ${JSON.stringify(want.path.slice(0, longestValue))} outside the workspace, needs ${show(allowance)}`
  }
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)]

/** A folder covers what is in it. */
const isCovered = (allowance: string, by: string): boolean =>
  allowance.startsWith(`${by.replace(/\/$/, '')}/`)

const toAllowances = (needs: readonly Need[]): readonly string[] => {
  const all = unique(needs.map(({ allowance }) => allowance).filter((each) => each !== ''))
  return all.filter((each) => !all.some((other) => other !== each && isCovered(each, other)))
}

/** A Bake file may have thousands of targets. */
const mostLines = 50

const toFailure = (lines: readonly string[], needs: readonly Need[]): Failure => {
  const more = lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : []
  const allowances = toAllowances(needs).map(show)
  const remedy =
    allowances.length === 0
      ? 'Write these values without $ and %{.'
      : `To allow it, add this line to the step: \`allow: ${allowances.join(', ')}\`. It then holds for the Bake file of every pull request.`
  return new Failure(
    [
      'The Bake files want what this step does not allow; nothing was built.',
      ...lines.slice(0, mostLines),
      ...more,
      remedy,
    ].join('\n'),
  )
}

/** A Dockerfile in a context that is refused already says nothing new. */
const isNews = ({ ask, allowance }: Need, all: readonly Need[]): boolean =>
  ask.key !== 'dockerfile' ||
  !all.some(
    (other) =>
      isCovered(allowance, other.allowance) ||
      (other.ask.key === 'context' && other.allowance === allowance),
  )

/** Whether something may be read, of which a refusal is told later. */
export const mayRead = (
  { want }: Ask,
  bake: BakeInputs,
  allow: Allowances,
  workspace: string,
): boolean =>
  want.kind === 'read' &&
  findOutside(want.path, workspace, toGranted(bake, allow, workspace).read) === undefined

/**
 * Requires that targets want nothing from the machine but files of the workspace and what the
 * workflow's author allows. What is written in the step itself is that author's own.
 *
 * @param wanted by targets, or by files
 * @returns what each of them needs beyond the workspace, in the words of `bake --allow`
 * @throws {Failure} one for all that is not allowed, with the input that allows it
 */
export const requireAllowed = (
  wanted: ReadonlyMap<string, readonly Ask[]>,
  bake: BakeInputs,
  allow: Allowances,
  workspace: string,
): ReadonlyMap<string, readonly string[]> => {
  const own = toRealPaths('.', workspace)
  const granted = toGranted(bake, allow, workspace)
  const foldersOf = ({ want }: Ask): readonly string[] =>
    want.kind === 'read' || want.kind === 'write' ? granted[want.kind] : []
  const isRefused = (need: Need): boolean =>
    need.ask.want.kind === 'template' || !(bake.definition !== undefined || isGranted(need, allow))
  const targets = [...wanted].map(([name, asks]) => {
    const refused = asks
      .flatMap((ask) => findNeed(ask, workspace, foldersOf(ask)))
      .filter(isRefused)
    return {
      name,
      allowances: toAllowances(asks.flatMap((ask) => findNeed(ask, workspace, own))),
      refused: refused.filter((need) => isNews(need, refused)),
    }
  })
  const lines = targets.flatMap(({ name, refused }) =>
    refused.map((need) => renderRefusal(name, need)),
  )
  if (lines.length === 0) {
    return new Map(targets.map(({ name, allowances }) => [name, allowances]))
  }
  throw toFailure(
    unique(lines),
    targets.flatMap(({ refused }) => refused),
  )
}
