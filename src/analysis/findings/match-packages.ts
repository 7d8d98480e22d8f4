import type { Entry } from '../../image/contents/entry.ts'
import type { Match, Rule } from './finding.ts'
import { isBase, type Subject } from './subject.ts'

const packageRule: Rule = {
  id: 'build-tools',
  level: 'warning',
  what: 'Compilers and headers of packages',
  fix: 'Build in a stage of its own and copy what runs, or remove the packages in the RUN that needs them.',
  doubt: 'a program may compile while it runs',
}

const stageRule: Rule = {
  id: 'single-stage',
  level: 'warning',
  what: 'A single stage that ends with build tools',
  fix: 'Give the build a stage of its own: `FROM ... AS build`, a second FROM without the tools, and `COPY --from=build` of what runs.',
  doubt: 'a program may compile while it runs',
}

export const packageRules: readonly Rule[] = [packageRule, stageRule]

/** Less, of one line, is not worth a word. */
const leastBytes = 10_000_000

const longest = 16_000_000
const mostRead = 64_000_000

/** By what these packages are called in Debian and Alpine. */
const buildTool =
  /^(?:build-essential|build-base|dpkg-dev|(?:gcc|g\+\+|cpp|clang|llvm|gfortran|make|cmake|binutils|rustc|cargo|golang|go)(?:-[\d.]+)?(?:-go|-src|-[a-z\d-]+-linux-gnu[a-z]*)?)$|-dev$/

type Packages = ReadonlyMap<string, number>

/** Of dpkg's database, in stanzas: what is installed, and its size. */
const parseDpkg = (text: string): Packages => {
  const packages = new Map<string, number>()
  for (const stanza of text.split('\n\n')) {
    const [, name] = /^Package: (\S+)$/m.exec(stanza) ?? []
    const [, size] = /^Installed-Size: (\d{1,12})$/m.exec(stanza) ?? []
    if (name === undefined || !/^Status: \S+ \S+ installed$/m.test(stanza)) continue
    packages.set(name, Number(size ?? 0) * 1024)
  }
  return packages
}

/** The same of apk's. */
const parseApk = (text: string): Packages => {
  const packages = new Map<string, number>()
  for (const stanza of text.split('\n\n')) {
    const [, name] = /^P:(\S+)$/m.exec(stanza) ?? []
    const [, size] = /^I:(\d{1,15})$/m.exec(stanza) ?? []
    if (name !== undefined) packages.set(name, Number(size ?? 0))
  }
  return packages
}

const databases: Readonly<Record<string, (text: string) => Packages>> = {
  'var/lib/dpkg/status': parseDpkg,
  'lib/apk/db/installed': parseApk,
  // Wolfi's /lib is a link.
  'usr/lib/apk/db/installed': parseApk,
}

const findVersions = ({ contents }: Subject, path: string) =>
  contents.layers.flatMap((entries, layer) => {
    const entry: Entry | undefined = entries.find((each) => each.path === path)
    return entry?.type === 'f' ? [{ layer, entry }] : []
  })

/** Build tools that a line has installed, and that are still there at the end. */
const matchDatabase = async (subject: Subject, path: string): Promise<readonly Match[]> => {
  const parse = databases[path] ?? parseDpkg
  const versions = findVersions(subject, path)
  const bytes = versions.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
  if (!subject.visible.has(path) || bytes > mostRead) return []
  const texts = await Promise.all(
    versions.map(({ layer }) => subject.files.bytes(layer, path, 0, longest)),
  )
  const states = texts.map((text) => parse(text.toString('latin1')))
  const last = states.at(-1) ?? new Map<string, number>()
  return versions.flatMap(({ layer }, at): readonly Match[] => {
    if (isBase(subject, layer)) return []
    const before = states[at - 1]
    const added = [...(states[at] ?? [])].filter(
      ([name]) => before?.has(name) !== true && last.has(name) && buildTool.test(name),
    )
    const total = added.reduce((sum, [, size]) => sum + size, 0)
    if (total < leastBytes) return []
    const names = added.toSorted(([, a], [, b]) => b - a).map(([name]) => name)
    const more = names.length > 8 ? ` and ${names.length - 8} more` : ''
    const evidence = `${names.slice(0, 8).join(', ')}${more}`
    const rule = subject.background.recipe?.stages === 1 ? stageRule : packageRule
    return [{ rule, layer, bytes: total, paths: [], evidence }]
  })
}

/** What packages of the distribution are there that only builds need. */
export const matchPackages = async (subject: Subject): Promise<readonly Match[]> =>
  (await Promise.all(Object.keys(databases).map((path) => matchDatabase(subject, path)))).flat()
