import { Failure } from '../failure.ts'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import type { Allowances } from '../inputs/allow.ts'
import type { BakeInputs } from '../inputs/inputs.ts'
import { type AccessRequest, findRequests } from './requests.ts'

/** What a request needs beyond the workspace, in the words of `bake --allow`; none for a template. */
type Need = { readonly request: AccessRequest; readonly allowance: string }

/** The folders that each kind of path may reach, as real paths. */
type Granted = { readonly read: readonly string[]; readonly write: readonly string[] }

const findNeeds = (
  requests: readonly AccessRequest[],
  workspace: string,
  granted: Granted,
): readonly Need[] =>
  requests.flatMap((request) => {
    const { kind, text } = request
    if (kind === 'template') return [{ request, allowance: '' }]
    if (kind === 'word') return [{ request, allowance: text }]
    const outside = findOutside(text, workspace, granted[kind])
    return outside === undefined ? [] : [{ request, allowance: `fs.${kind}=${outside}` }]
  })

const toFolders = (paths: readonly string[], workspace: string): readonly string[] =>
  paths.flatMap((path) => (path === '*' ? ['/'] : toRealPaths(path, workspace)))

/** `bake-set` is the workflow's author's own word; as for an input, an absolute path is meant. */
const findSetPaths = (sets: readonly string[], workspace: string): readonly AccessRequest[] =>
  sets.flatMap((line) => {
    const [, key = '', value = ''] = /^[^=]*?\.([\w-]+)[^=]*=(.*)$/s.exec(line) ?? []
    const word = key === 'secrets' ? 'secret' : key
    const target = word === 'contexts' ? { contexts: { set: value } } : { [word]: value }
    // The target's own context is not what the line is about.
    return findRequests({ context: 'target:', ...target }, workspace).filter(
      ({ kind, text }) => /^(?:read|write)$/.test(kind) && text.startsWith('/'),
    )
  })

const toGranted = ({ sets }: BakeInputs, allow: Allowances, workspace: string): Granted => {
  const own = toRealPaths('.', workspace)
  const set = findSetPaths(sets, workspace)
  const grant = (wanted: keyof Granted, paths: readonly string[]): readonly string[] => {
    const given = set.flatMap(({ kind, text }) => (kind === wanted ? [text] : []))
    return [...own, ...toFolders([...paths, ...given], workspace)]
  }
  return { read: grant('read', allow.reads), write: grant('write', allow.writes) }
}

const isGranted = ({ request, allowance }: Need, { words }: Allowances): boolean =>
  request.kind === 'word' &&
  words.some((word) => word === allowance || (word === 'device' && /^device=/.test(allowance)))

const longestValue = 200

const quote = (text: string): string => JSON.stringify(text.slice(0, longestValue))

/** As it is where that is one line that can be copied. */
const show = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue ? text : quote(text)

const renderRefusal = (name: string, { request, allowance }: Need): string => {
  const { key, kind, text } = request
  const what = `- ${name}: ${key}`
  if (kind === 'word') return `${what} needs ${show(allowance)}`
  if (kind !== 'template') {
    return `${what} ${kind}s ${quote(text)} outside the workspace, needs ${show(allowance)}`
  }
  const how = key === 'env_file' ? ' (fs.read=* allows it)' : ''
  return `${what} has a variable in it, which Bake would evaluate: ${show(text)}${how}`
}

/** A folder covers what is in it. */
const isCovered = (allowance: string, by: string): boolean =>
  allowance.startsWith(`${by.replace(/\/$/, '')}/`)

const toAllowances = (needs: readonly Need[]): readonly string[] => {
  const all = [...new Set(needs.map(({ allowance }) => allowance).filter((each) => each !== ''))]
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
  const head = 'The Bake files want what this step does not allow; nothing was built.'
  return new Failure([head, ...lines.slice(0, mostLines), ...more, remedy].join('\n'))
}

/** A Dockerfile in a context that is refused already says nothing new. */
const isNews = ({ request, allowance }: Need, all: readonly Need[]): boolean =>
  request.key !== 'dockerfile' ||
  !all.some(
    (other) =>
      isCovered(allowance, other.allowance) ||
      (other.request.key === 'context' && other.allowance === allowance),
  )

/** Whether something may be read, of which a refusal is told later. */
export const createMayRead = (bake: BakeInputs, allow: Allowances, workspace: string) => {
  const granted = toGranted(bake, allow, workspace)
  return ({ kind, text }: AccessRequest): boolean =>
    kind === 'read' && findOutside(text, workspace, granted.read) === undefined
}

/**
 * Requires that targets request nothing of the machine but files of the workspace and what the
 * workflow's author allows. What is written in the step itself is that author's own.
 *
 * @param requested by targets, or by files
 * @returns what each of them needs beyond the workspace, in the words of `bake --allow`
 * @throws {Failure} one for all that is not allowed, with the input that allows it
 */
export const requireAllowed = (
  requested: ReadonlyMap<string, readonly AccessRequest[]>,
  bake: BakeInputs,
  allow: Allowances,
  workspace: string,
): ReadonlyMap<string, readonly string[]> => {
  const own = toRealPaths('.', workspace)
  const granted = toGranted(bake, allow, workspace)
  const isRefused = (need: Need): boolean =>
    need.request.kind === 'template' || !(bake.definition !== undefined || isGranted(need, allow))
  const refused = [...requested].map(([name, requests]) => {
    const needs = findNeeds(requests, workspace, granted).filter(isRefused)
    return { name, needs: needs.filter((need) => isNews(need, needs)) }
  })
  const lines = refused.flatMap(({ name, needs }) => needs.map((need) => renderRefusal(name, need)))
  const needs = refused.flatMap((each) => each.needs)
  if (lines.length > 0) throw toFailure([...new Set(lines)], needs)
  const workspaceOnly = { read: own, write: own }
  return new Map(
    [...requested].map(([name, requests]) => [
      name,
      toAllowances(findNeeds(requests, workspace, workspaceOnly)),
    ]),
  )
}
