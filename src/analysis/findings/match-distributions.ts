import type { Distribution } from './distributions.ts'
import type { Match, Rule } from './finding.ts'
import { findInstalled, toDistributionName } from './requirement.ts'
import { isBase, nameOf, parentOf, type Subject } from './subject.ts'

const orphanRule: Rule = {
  id: 'orphaned-distributions',
  level: 'warning',
  what: 'Python distributions that nothing requires',
  fix: 'Install with one `pip install` in one RUN, or `pip uninstall` them in the RUN that brings them: pip leaves what an earlier version or an uninstalled distribution required.',
}

const twiceRule: Rule = {
  id: 'distribution-twice',
  level: 'warning',
  what: 'The same Python distribution for two Pythons',
  fix: 'Install it once: into one virtual environment, or with the Python that runs the program.',
  doubt: 'two programs need different versions',
}

const replacedRule: Rule = {
  id: 'distribution-replaced',
  level: 'warning',
  what: 'A later line installs a Python distribution again',
  fix: 'Name its version once, before the first line that installs it, or install all in one RUN.',
}

const askedTwiceRule: Rule = {
  id: 'distribution-asked-twice',
  level: 'info',
  what: 'Two lines ask for the same Python distribution',
  fix: 'Keep one of the lines: the later one decides the version, and which one counts is hard to see.',
}

export const distributionRules: readonly Rule[] = [
  orphanRule,
  twiceRule,
  replacedRule,
  askedTwiceRule,
]

/** Less, of one line, is not worth a word. */
const leastBytes = 1_000_000

const shown = 8

const sum = (all: readonly { readonly bytes: number }[]): number =>
  all.reduce((bytes, each) => bytes + each.bytes, 0)

/** `numpy 2.1.0, torch 2.4.0 and 3 more`, the largest first. */
export const listDistributions = (all: readonly Distribution[]): string => {
  const names = all
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ name, version }) => `${name} ${version}`.trim())
  const more = names.length - shown
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The folders that they are installed in, as bytes. */
const pathsOf = (all: readonly Distribution[]): readonly string[] => [
  ...new Set(all.map(({ site }) => site)),
]

/** One match for each line that has brought some of them. */
export const toMatches = (
  rule: Rule,
  all: readonly Distribution[],
  least: number,
): readonly Match[] =>
  [...Map.groupBy(all, ({ layer }) => layer)].flatMap(([layer, group]) =>
    sum(group) < least
      ? []
      : [
          {
            rule,
            layer,
            bytes: sum(group),
            paths: pathsOf(group),
            evidence: listDistributions(group),
          },
        ],
  )

export const matchOrphans = (orphans: readonly Distribution[]): readonly Match[] =>
  toMatches(orphanRule, orphans, leastBytes)

/** They are often brought up to date first, and each environment has its own. */
const tools = new Set(['pip', 'setuptools', 'wheel', 'uv', 'pipenv', 'poetry'])

/** What is there for two Pythons, of which a line of ours has brought one. */
export const matchTwice = (subject: Subject, all: readonly Distribution[]): readonly Match[] => {
  const groups = [...Map.groupBy(all, ({ name }) => name).values()]
  const extra = groups.flatMap((group): readonly Distribution[] => {
    const large = group.filter(({ bytes, name }) => bytes >= leastBytes && !tools.has(name))
    const [smallest] = large
      .filter(({ layer }) => !isBase(subject, layer))
      .toSorted((a, b) => a.bytes - b.bytes)
    return smallest !== undefined && new Set(large.map(({ site }) => site)).size > 1
      ? [smallest]
      : []
  })
  return toMatches(twiceRule, extra, leastBytes)
}

/** Where a path has the metadata of what, in which version. */
const readPath = (path: string) => {
  if (!path.endsWith('.dist-info/METADATA')) return undefined
  const folder = parentOf(path)
  const site = parentOf(folder)
  const [, name = '', version = ''] =
    /^(.*)-([^-]+)\.dist-info$/.exec(nameOf({ path: folder })) ?? []
  const isSite = /^(?:site|dist)-packages$/.test(nameOf({ path: site }))
  return isSite && name !== '' ? { site, name: toDistributionName(name), version } : undefined
}

/** More are no accident, and all that is hidden is gone through for each. */
const mostReplaced = 200

/** What one of our lines has installed and another one has installed over it. */
export const matchReplaced = (subject: Subject, all: readonly Distribution[]): readonly Match[] => {
  const { merged, origins } = subject
  const now = new Map(all.map((each) => [`${each.site} ${each.name}`, each]))
  const gone = merged.hidden.flatMap(({ layer, hiddenBy, entry, reason }) => {
    const was = reason === 'deleted' || reason === 'rewritten' ? readPath(entry.path) : undefined
    if (was === undefined || isBase(subject, layer) || isBase(subject, hiddenBy)) return []
    const known = now.get(`${was.site} ${was.name}`)
    return known === undefined ? [] : [{ known, ...was, layer, hiddenBy }]
  })
  return gone.slice(0, mostReplaced).flatMap((each): readonly Match[] => {
    const { known, site, version, layer, hiddenBy } = each
    const modules = new Set(known.modules)
    const roots = known.modules.map((module) => `${site}/${module}`)
    const isOfIt = (path: string): boolean =>
      path.startsWith(`${site}/`) && modules.has(path.slice(site.length + 1).split('/', 1)[0] ?? '')
    const hidden = merged.hidden.filter(
      (copy) => copy.layer === layer && copy.hiddenBy === hiddenBy && isOfIt(copy.entry.path),
    )
    const bytes = hidden.reduce((total, { entry }) => total + entry.sizeBytes, 0)
    if (bytes < leastBytes) return []
    const line = origins[layer]?.location?.line
    const where = line === undefined ? '' : ` of line ${line}`
    const evidence = `${known.name} ${version}${where} gives way to ${known.version}`
    return [{ rule: replacedRule, layer: hiddenBy, bytes, paths: roots, evidence }]
  })
}

/** Names on two lines of ours, of the same program. That costs a layer, and few bytes. */
export const matchAskedTwice = (subject: Subject): readonly Match[] => {
  const asked = subject.origins.flatMap(
    ({ instruction = '', location, isBase: isOfBase }, layer) =>
      isOfBase || !/^RUN\b/i.test(instruction)
        ? []
        : findInstalled(instruction).map((each) => ({ ...each, layer, line: location?.line })),
  )
  const groups = Map.groupBy(asked, ({ name, by }) => `${by} ${name}`)
  const twice = [...groups.values()].flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined || first.layer === last.layer) return []
    return tools.has(first.name) ? [] : [{ ...last, before: first.line ?? first.layer + 1 }]
  })
  return [...Map.groupBy(twice, ({ layer }) => layer)].map(([layer, group]) => {
    const names = group.map(
      ({ name, line, before }) =>
        `${name} (${line === undefined ? 'layer' : 'line'} ${before}, too)`,
    )
    return { rule: askedTwiceRule, layer, bytes: 0, paths: [], evidence: names.join(', ') }
  })
}
