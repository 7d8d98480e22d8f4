import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import { type ImageReference, parseImageReference } from '../inputs/image-reference.ts'
import type { BakeFile } from '../inputs/inputs.ts'
import { findBases } from './bases.ts'

/** One target of a Bake definition, as Bake itself resolved it. */
export type BakeTarget = {
  readonly name: string
  readonly tags: readonly ImageReference[]
  /** Asked for, and not only built for another. */
  readonly isWanted: boolean
  /** Targets that it builds upon. */
  readonly dependsOn: readonly string[]
  /** Bake's own JSON of it, with every target it builds upon among its contexts. */
  readonly definition: Readonly<Record<string, unknown>>
  /**
   * What it needs beyond the workspace, as `bake --allow` takes it; undefined where Bake does not
   * know that flag, and asks nobody.
   */
  readonly allowances: readonly string[] | undefined
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

const toStrings = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries((value as Record<string, unknown> | null | undefined) ?? {}).flatMap(
      ([key, each]) => (typeof each === 'string' ? [[key, each]] : []),
    ),
  )

const readTags = (name: string, value: unknown): readonly ImageReference[] =>
  strings(value).map((tag) => {
    const reference = parseImageReference(tag)
    if (typeof reference !== 'string') return reference
    throw new Failure(
      `The target ${name} has a tag that is none, ${JSON.stringify(tag)}: ${reference}`,
      {
        remedy: 'Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev.',
      },
    )
  })

/** The target's Dockerfile, as far as it is a file of this machine. */
const readDockerfile = (
  definition: Readonly<Record<string, unknown>>,
  workspace: string,
): string => {
  const inline = text(definition['dockerfile-inline'])
  if (inline !== undefined) return inline
  try {
    const context = resolve(workspace, text(definition['context']) ?? '.')
    const file = resolve(context, text(definition['dockerfile']) ?? 'Dockerfile')
    return readRegularFile(file).toString('utf8')
  } catch {
    // Not a local context, or the build itself says what is wrong with it.
    return ''
  }
}

const targetPrefix = 'target:'

/** What was asked for. A group may hold groups; Bake makes one of every target with a matrix, too. */
const readWanted = ({ group = {}, target }: BakeFile): ReadonlySet<string> => {
  const wanted = new Set(group['default']?.targets ?? Object.keys(target))
  // What is added while a set is gone through has its turn, too; nothing has it twice.
  for (const name of wanted) {
    if (name in target) continue
    for (const member of group[name]?.targets ?? []) wanted.add(member)
  }
  return wanted
}

/**
 * Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
 * that this one finds what the other has just made, also with a builder that does not see Docker's
 * images.
 *
 * @param allowances of the targets, by their names; undefined where Bake does not know of them
 * @throws {Failure} when a tag is none, or targets build upon each other
 */
export const readTargets = (
  printed: BakeFile,
  workspace: string,
  allowances?: ReadonlyMap<string, readonly string[]>,
): readonly BakeTarget[] => {
  const wanted = readWanted(printed)
  const all = Object.entries(printed.target).map(([name, definition]) => {
    // It becomes part of a file's name.
    if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target with the name ${name}`)
    return { name, definition, tags: readTags(name, definition['tags']) }
  })
  const byTag = new Map(
    all.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])),
  )
  const targets = all.map(({ name, definition, tags }): BakeTarget => {
    const given = toStrings(definition['contexts'])
    const found = findBases(readDockerfile(definition, workspace), toStrings(definition['args']))
    const links = found.flatMap((base): [string, string][] => {
      const reference = parseImageReference(base)
      const target = typeof reference === 'string' ? undefined : byTag.get(reference.canonical)
      if (target === undefined || target === name || base in given) return []
      return [[base, `${targetPrefix}${target}`]]
    })
    const contexts: Record<string, string> = { ...Object.fromEntries(links), ...given }
    const dependsOn = Object.values(contexts)
      .filter((context) => context.startsWith(targetPrefix))
      .map((context) => context.slice(targetPrefix.length))
    return {
      name,
      tags,
      isWanted: wanted.has(name),
      dependsOn: [...new Set(dependsOn)],
      definition: { ...definition, contexts },
      allowances: allowances && (allowances.get(name) ?? []),
    }
  })
  requireOrder(targets)
  return targets
}

const requireOrder = (targets: readonly BakeTarget[]): void => {
  const done = new Set<string>()
  for (let before = -1; before !== done.size; ) {
    before = done.size
    for (const { name, dependsOn } of targets) {
      if (dependsOn.every((base) => done.has(base))) done.add(name)
    }
  }
  const rest = targets.filter(({ name }) => !done.has(name)).map(({ name }) => name)
  if (rest.length === 0) return
  throw new Failure(
    `No order to build these targets in, as they build upon each other: ${rest.join(', ')}`,
    {
      remedy: 'See their contexts, and the FROM lines of their Dockerfiles.',
    },
  )
}

/** A target with all that it builds upon. */
export const withBases = (name: string, targets: readonly BakeTarget[]): readonly BakeTarget[] => {
  const picked = new Map<string, BakeTarget>()
  const pick = (each: string): void => {
    const target = targets.find((one) => one.name === each)
    if (target === undefined || picked.has(each)) return
    picked.set(each, target)
    target.dependsOn.forEach(pick)
  }
  pick(name)
  return [...picked.values()]
}
