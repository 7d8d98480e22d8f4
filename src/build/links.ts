import { type ImageReference, toReferences } from '../image/reference.ts'
import type { BakeDefinition } from '../inputs/inputs.ts'
import { readDockerfile, toBakeFiles, toBakeWords } from './dockerfile/find.ts'
import { findBases } from './dockerfile/stages.ts'

/** A target before it is known what it builds upon. */
export type Unlinked = {
  readonly name: string
  readonly tags: readonly ImageReference[]
  /** Asked for, and not only built for another. */
  readonly isWanted: boolean
  /** Bake's own JSON of it. */
  readonly definition: BakeDefinition
}

/** The target `of` builds upon the target `upon`, which its Dockerfile calls `name`. */
export type Link = { readonly of: string; readonly upon: string; readonly name: string }

/** A name as BuildKit looks for it among the contexts; Bake takes their names as they are. */
const toContextName = ({ canonical }: ImageReference): string =>
  canonical.replace(/^docker\.io\/(library\/(?=[^/]*$))?/, '').replace(/:latest$/, '')

/** Which targets' tags the Dockerfiles of others name. */
const findLinks = (targets: readonly Unlinked[], workspace: string): readonly Link[] => {
  // Of two with the same tag, what is asked for is what has it in the end.
  const inOrder = targets.toSorted((one, other) => Number(one.isWanted) - Number(other.isWanted))
  const byTag = new Map(
    inOrder.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])),
  )
  return targets.flatMap(({ name, definition }) => {
    const words = toBakeWords(definition)
    const dockerfile = readDockerfile(toBakeFiles(definition, workspace))
    const bases = toReferences(findBases(dockerfile, words))
    const links = bases.flatMap((reference): readonly Link[] => {
      const upon = byTag.get(reference.canonical)
      const context = toContextName(reference)
      const isGiven = words.contexts.some((each) => each.split('::')[0] === context)
      if (upon === undefined || upon === name || isGiven) return []
      return [{ of: name, upon, name: context }]
    })
    return [...new Map(links.map((link) => [link.name, link])).values()]
  })
}

/** All that a target builds upon, by what is known of each. */
export const findBelow = (
  name: string,
  known: ReadonlyMap<string, Iterable<string>>,
): ReadonlySet<string> => {
  const below = new Set(known.get(name))
  // What is added while a set is gone through has its turn, too.
  for (const each of below) for (const upon of known.get(each) ?? []) below.add(upon)
  return below
}

/**
 * The links that Dockerfiles have by naming another target's tag. They are a guess, so what would close
 * a circle is left out, first of all what goes against the order in which the targets were given.
 *
 * @param given what the targets' contexts say themselves, by their names
 */
export const inferLinks = (
  targets: readonly Unlinked[],
  given: ReadonlyMap<string, readonly string[]>,
  workspace: string,
): readonly Link[] => {
  const known = new Map([...given].map(([name, upon]) => [name, new Set(upon)]))
  const places = new Map(targets.map(({ name }, index) => [name, index]))
  const isForward = ({ of, upon }: Link): boolean => (places.get(upon) ?? 0) > (places.get(of) ?? 0)
  const found = findLinks(targets, workspace)
  const ordered = found.toSorted((one, other) => Number(isForward(one)) - Number(isForward(other)))
  const kept = ordered.filter(({ of, upon }) => {
    if (upon === of || findBelow(upon, known).has(of)) return false
    known.get(of)?.add(upon)
    return true
  })
  return found.filter((link) => kept.includes(link))
}
