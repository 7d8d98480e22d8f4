import { attempt } from '../../failure.ts'
import { requirementFile } from '../../image/background.ts'
import type { Distribution } from './distributions.ts'
import type { Match, Rule } from './finding.ts'
import { toMatches } from './match-distributions.ts'
import { readTexts } from './read-texts.ts'
import { isBase, nameOf, type Subject } from './subject.ts'

export const importRule: Rule = {
  id: 'never-imported',
  level: 'info',
  what: 'Does the program need these Python distributions? Nothing in it names them',
  fix: "Try the program's tests without them, and take them out of the requirements.",
  doubt:
    'it loads them by a name that it puts together, or another program of the image needs them',
  isQuestion: true,
}

/** Less is not worth a question. */
const leastBytes = 20_000_000

const isInstalled = /(?:^|\/)(?:site-packages|dist-packages|node_modules|lib\/python[\d.]+)\//

const code = /\.(?:py|pyi|pyx|ipynb|sh|toml|cfg|ini|ya?ml|json|conf|txt)$|^[^.]+$/

const mostFiles = 5_000
const longest = 500_000
const most = 16_000_000

/** The program's own files; undefined where there are too many to be sure, or no Python among them. */
const readOwn = async (subject: Subject): Promise<string | undefined> => {
  const own = subject.merged.visible.filter(
    ({ layer, entry }) =>
      entry.type === 'f' &&
      !isBase(subject, layer) &&
      !isInstalled.test(entry.path) &&
      !/^(?:etc|usr\/share|var|proc|sys)\//.test(entry.path) &&
      code.test(nameOf(entry)) &&
      !requirementFile.test(nameOf(entry)),
  )
  const python = own.filter(({ entry }) => entry.path.endsWith('.py'))
  const bytes = own.reduce((sum, { entry }) => sum + Math.min(entry.sizeBytes, longest), 0)
  if (python.length === 0 || own.length > mostFiles || bytes > most) return undefined
  const texts = await readTexts(subject, own, { longest, most, mayBeCut: true })
  return texts.join('\n')
}

type Config = { readonly config?: Readonly<Record<string, unknown>> }

/** How the container is started, and with what. */
const readStart = ({ contents }: Subject): string => {
  const { config } = attempt(() => JSON.parse(contents.config) as Config) ?? {}
  return JSON.stringify([config?.['Entrypoint'], config?.['Cmd'], config?.['Env']])
}

/**
 * Asks about large distributions that nothing requires and whose modules no file of the program names.
 *
 * @param told what another rule has told of
 */
export const matchImports = async (
  subject: Subject,
  all: readonly Distribution[],
  told: ReadonlySet<Distribution>,
): Promise<readonly Match[]> => {
  const required = new Set(all.flatMap(({ requires }) => requires))
  const candidates = all.filter(
    (each) =>
      each.bytes >= leastBytes &&
      !isBase(subject, each.layer) &&
      !required.has(each.name) &&
      !each.isPlugin &&
      each.modules.length > 0 &&
      !told.has(each),
  )
  if (candidates.length === 0) return []
  const own = await readOwn(subject)
  if (own === undefined) return []
  const text = `${own}\n${readStart(subject)}`
  const words = new Set(text.match(/[A-Za-z_]\w*/g) ?? [])
  const isNamed = ({ modules, name }: Distribution): boolean =>
    modules.some((module) => words.has(module)) ||
    words.has(name.replaceAll('-', '_')) ||
    text.includes(name)
  return toMatches(
    importRule,
    candidates.filter((each) => !isNamed(each)),
    leastBytes,
  )
}
