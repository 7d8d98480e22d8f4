import { Failure } from '../failure.ts'
import { type ImageReference, parseImageReference } from '../image/reference.ts'
import { toTextMap, toTexts } from '../inputs/entries.ts'
import type { BakeFile } from '../inputs/inputs.ts'
import { refuseContradictions } from './contradictions.ts'
import { findBelow, inferLinks, type Unlinked } from './links.ts'

/** One target of a Bake definition, as Bake itself resolved it. */
export type BakeTarget = Unlinked & {
  /** Targets that it builds upon; each is among the contexts of its definition, too. */
  readonly dependsOn: readonly string[]
  /**
   * What it needs beyond the workspace, as `bake --allow` takes it; undefined where Bake does not
   * know that flag, and asks nobody.
   */
  readonly allowances: readonly string[] | undefined
}

const readTags = (name: string, value: unknown): readonly ImageReference[] =>
  toTexts(value).map((tag) => {
    const reference = parseImageReference(tag)
    if (typeof reference !== 'string') return reference
    throw new Failure(
      `The target ${name} has the invalid tag ${JSON.stringify(tag)}: ${reference}`,
      { remedy: 'Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev.' },
    )
  })

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

/** What was asked for in the order in which it was, and then what that builds upon. */
const inOrder = (
  { target }: BakeFile,
  wanted: ReadonlySet<string>,
  order: readonly string[],
): readonly string[] => {
  const names = new Set([...order, ...wanted, ...Object.keys(target)])
  return [...names].filter((name) => Object.hasOwn(target, name))
}

/**
 * Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
 * that this one finds what the other has just made, also with a builder that does not see Docker's
 * images.
 *
 * @param allowances of the targets, by their names; undefined where Bake does not know of them
 * @param order names in the order in which somebody gave them, as Bake sorts its own
 * @throws {Failure} when a tag is none or two targets have it, or targets build upon each other
 */
export const readTargets = (
  printed: BakeFile,
  workspace: string,
  allowances?: ReadonlyMap<string, readonly string[]>,
  order: readonly string[] = [],
): readonly BakeTarget[] => {
  const wanted = readWanted(printed)
  const all = inOrder(printed, wanted, order).map((name): Unlinked => {
    // It becomes part of a file's name.
    if (!/^[\w-]+$/.test(name))
      throw new Failure(`Bake has a target whose name is no file name: ${JSON.stringify(name)}`)
    const definition = printed.target[name] ?? {}
    const tags = readTags(name, definition['tags'])
    return { name, definition, tags, isWanted: wanted.has(name) }
  })
  refuseContradictions(all)
  const given = new Map(
    all.map(({ name, definition }) => [name, toDependencies(toTextMap(definition['contexts']))]),
  )
  requireOrder(given)
  const links = inferLinks(all, given, workspace)
  return all.map((target): BakeTarget => {
    const own = links.filter(({ of }) => of === target.name)
    const contexts: Readonly<Record<string, string>> = {
      ...Object.fromEntries(own.map(({ name, upon }) => [name, `target:${upon}`])),
      ...toTextMap(target.definition['contexts']),
    }
    const dependsOn = toDependencies(contexts)
    return {
      ...target,
      dependsOn,
      definition: { ...target.definition, contexts },
      allowances: allowances && (allowances.get(target.name) ?? []),
    }
  })
}

/** The targets among contexts. */
const toDependencies = (contexts: Readonly<Record<string, string>>): readonly string[] => {
  const names = Object.values(contexts).flatMap((each) => /^target:(.*)$/s.exec(each)?.[1] ?? [])
  return [...new Set(names)]
}

const requireOrder = (targets: ReadonlyMap<string, readonly string[]>): void => {
  const circle = [...targets.keys()].filter((name) => findBelow(name, targets).has(name))
  if (circle.length === 0) return
  throw new Failure(`These targets build upon each other in a circle: ${circle.join(', ')}`, {
    remedy: 'See their contexts in the Bake file.',
  })
}

/** All that a target builds upon. */
export const findBaseTargets = (
  name: string,
  targets: readonly BakeTarget[],
): readonly BakeTarget[] => {
  const upon = new Map(targets.map((target) => [target.name, target.dependsOn]))
  const below = findBelow(name, upon)
  return targets.filter((target) => below.has(target.name))
}
