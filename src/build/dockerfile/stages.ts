import { toFields } from '../../inputs/entries.ts'
import { type FoundMount, toCacheMounts } from './cache-mounts.ts'
import {
  type Instruction,
  parseInstructions,
  toInstruction,
  toQuotedWords,
} from './instructions.ts'
import { expand } from './words.ts'

/** A secret that a RUN mounts, and the line of that instruction, counted from 1. */
export type SecretMount = { readonly id: string; readonly line: number }

type Stage = {
  readonly line: number
  /** Lower case; undefined for stages that have none. */
  readonly name: string | undefined
  /** What it begins with: another stage, or an image; undefined where that cannot be known. */
  readonly base: Stage | string | undefined
  /** What it copies and mounts from, as written. */
  readonly sources: string[]
  readonly secrets: SecretMount[]
  /** In ONBUILD: of whoever builds upon it. */
  readonly laterSecrets: SecretMount[]
  readonly caches: FoundMount[]
  /** That its instructions know, as far as they have been read. */
  readonly variables: Map<string, string>
}

/** What else decides what a Dockerfile means. */
export type BuildWords = {
  readonly args: Readonly<Record<string, string>>
  /** The stage to build; undefined for the last one. */
  readonly target: string | undefined
  /** Names that mean something else than the Dockerfile says. */
  readonly contexts: readonly string[]
  /** Such as `linux/amd64`. */
  readonly platform: string
}

const mountsOf = ({ keyword, flags }: Instruction): readonly ReadonlyMap<string, string>[] =>
  keyword !== 'run'
    ? []
    : flags.flatMap((flag) => (flag.startsWith('--mount=') ? [toFields(flag.slice(8))] : []))

const toSecrets = (instruction: Instruction): readonly SecretMount[] =>
  mountsOf(instruction).flatMap((options) => {
    if (options.get('type')?.toLowerCase() !== 'secret') return []
    const given = options.get('id') ?? options.get('source') ?? options.get('src')
    const target = options.get('target') ?? options.get('dst') ?? options.get('destination')
    const id = given ?? target?.split('/').findLast((part) => part !== '')
    return id === undefined ? [] : [{ id, line: instruction.line }]
  })

const toSources = (instruction: Instruction): readonly string[] => {
  const { keyword, flags } = instruction
  const from = flags.find((flag) => keyword === 'copy' && flag.startsWith('--from='))
  const mounted = mountsOf(instruction).flatMap((options) => options.get('from') ?? [])
  return [...(from === undefined ? [] : [from.slice('--from='.length)]), ...mounted]
}

/** Variables that BuildKit has without being told. */
const builtIn = (kind: 'BUILD' | 'TARGET', platform: string): Readonly<Record<string, string>> => {
  const [os = '', arch = '', variant = ''] = platform.split('/')
  const values = { PLATFORM: platform, OS: os, OSVERSION: '', ARCH: arch, VARIANT: variant }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [kind + name, value]))
}

const toVariables = ({ args, platform, target }: BuildWords): Map<string, string> => {
  const known = {
    ...builtIn('BUILD', platform),
    ...builtIn('TARGET', platform),
    TARGETSTAGE: target ?? 'default',
  }
  return new Map(Object.entries(known).map(([name, value]) => [name, args[name] ?? value]))
}

const setArguments = (
  text: string,
  escapeSign: string,
  given: BuildWords['args'],
  variables: Map<string, string>,
  inherited?: ReadonlyMap<string, string>,
): void => {
  for (const word of toQuotedWords(text, escapeSign)) {
    const at = word.indexOf('=')
    const name = at < 0 ? word : word.slice(0, at)
    const otherwise =
      at < 0
        ? inherited?.get(name)
        : expand(word.slice(at + 1), escapeSign, (each) => variables.get(each))
    const value = given[name] ?? otherwise
    if (value !== undefined) variables.set(name, value)
  }
}

/** Reads the stages of a Dockerfile, with build arguments put into what they begin with. */
const readStages = (dockerfile: string, words: BuildWords): readonly Stage[] => {
  const { escapeSign, instructions } = parseInstructions(dockerfile)
  const variables = toVariables(words)
  const byName = new Map<string, Stage>()
  const stages: Stage[] = []
  for (const instruction of instructions) {
    const { keyword, rest, line } = instruction
    const stage = stages.at(-1)
    if (keyword === 'from') {
      const [image = '', as = '', alias] = rest.split(/[\t\v\f\r ]+/)
      const name = as.toLowerCase() === 'as' ? alias?.toLowerCase() : undefined
      const found = expand(image, escapeSign, (each) => variables.get(each))
      const base = byName.get(found?.toLowerCase() ?? '') ?? found
      const own = new Map(typeof base === 'object' ? base.variables : [])
      const lists = { sources: [], secrets: [], laterSecrets: [], caches: [] }
      const begun = { line, name, base, ...lists, variables: own }
      stages.push(begun)
      if (name !== undefined) byName.set(name, begun)
    } else if (keyword === 'onbuild') {
      stage?.laterSecrets.push(...toSecrets(toInstruction(rest, escapeSign, line)))
    } else if (stage !== undefined) {
      stage.sources.push(...toSources(instruction))
      stage.secrets.push(...toSecrets(instruction))
      stage.caches.push(...toCacheMounts(instruction, escapeSign, stage.variables))
      if (keyword === 'arg') setArguments(rest, escapeSign, words.args, stage.variables, variables)
      if (keyword === 'env') setArguments(rest, escapeSign, {}, stage.variables)
    } else if (keyword === 'arg') {
      // Only what stands before the first FROM counts in a FROM.
      setArguments(rest, escapeSign, words.args, variables)
    }
  }
  return stages
}

/** What the stage to build needs: stages, and images that the Dockerfile does not make. */
const findNeeded = (stages: readonly Stage[], { target, contexts }: BuildWords) => {
  const byName = new Map(stages.flatMap((stage) => (stage.name ? [[stage.name, stage]] : [])))
  const elsewhere = new Set(contexts.map((context) => context.split('::')[0] ?? ''))
  const images = new Set<string>()
  const needed = new Set<Stage>()
  const need = (each: Stage | string | undefined): void => {
    if (typeof each === 'string') images.add(each)
    else if (each !== undefined && !elsewhere.has(each.name ?? '')) needed.add(each)
  }
  need(target === undefined ? stages.at(-1) : byName.get(target.toLowerCase()))
  // What is added while a set is gone through has its turn, too.
  for (const { base, sources } of needed) {
    need(base)
    for (const source of sources) {
      if (/^\d+$/.test(source)) need(stages[Number(source)])
      else need(byName.get(source.toLowerCase()) ?? source)
    }
  }
  for (const none of ['', 'scratch']) images.delete(none)
  return { needed, images }
}

/**
 * The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments put
 * in. Only what the stage to build needs counts, and the Dockerfile's own stages do not.
 */
export const findBases = (dockerfile: string, words: BuildWords): readonly string[] => [
  ...findNeeded(readStages(dockerfile, words), words).images,
]

/**
 * The secrets that the RUN steps of a stage and of those below it mount.
 *
 * @returns `certain`, which the file alone decides, and `all` that there may be
 */
export const findSecretMounts = (dockerfile: string, words: BuildWords) => {
  const stages = readStages(dockerfile, words)
  const { needed } = findNeeded(stages, words)
  return {
    certain: [...needed]
      .flatMap(({ secrets }) => secrets)
      .filter(({ id }) => !id.includes('$'))
      .toSorted((one, other) => one.line - other.line),
    all: stages.flatMap(({ secrets, laterSecrets }) => [...secrets, ...laterSecrets]),
  }
}

/** The caches that the RUN steps of a stage mount, and of those that it needs. */
export const findCacheMounts = (dockerfile: string, words: BuildWords): readonly FoundMount[] =>
  [...findNeeded(readStages(dockerfile, words), words).needed].flatMap(({ caches }) => caches)

/**
 * How many stages there are, and what the stage to build begins with once its stages are followed, with the
 * line of that FROM; undefined for an image that is given from elsewhere, or a name that cannot be known.
 */
export const findRoot = (dockerfile: string, words: BuildWords) => {
  const stages = readStages(dockerfile, words)
  const target = words.target?.toLowerCase()
  const elsewhere = new Set(words.contexts.map((context) => context.split('::')[0] ?? ''))
  let stage = target === undefined ? stages.at(-1) : stages.findLast(({ name }) => name === target)
  while (typeof stage?.base === 'object' && !elsewhere.has(stage.base.name ?? ''))
    stage = stage.base
  const base = stage?.base
  const root =
    stage === undefined || typeof base !== 'string' || elsewhere.has(base)
      ? undefined
      : { image: base, line: stage.line }
  return { stages: stages.length, root }
}
