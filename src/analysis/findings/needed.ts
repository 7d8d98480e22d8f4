import { requirementFile } from '../../image/background.ts'
import type { Distribution } from './distributions.ts'
import { readTexts } from './read-texts.ts'
import { findNames } from './requirement.ts'
import { isBase, nameOf, type Subject } from './subject.ts'

const mostFiles = 500
const bounds = { longest: 500_000, most: 8_000_000 }

/** All that people may have asked for by its name: in the Dockerfile, its files, and the image's. */
export const findAskedFor = async (subject: Subject): Promise<ReadonlySet<string>> => {
  const { merged, origins, background } = subject
  const files = merged.visible
    .filter(({ entry }) => entry.type === 'f' && requirementFile.test(nameOf(entry)))
    .slice(0, mostFiles)
  const texts = await readTexts(subject, files, bounds)
  const { text = '', requirements = [] } = background.recipe ?? {}
  return findNames([
    text,
    ...requirements,
    ...origins.flatMap(({ instruction }) => instruction ?? []),
    ...texts.filter((each) => each !== undefined),
  ])
}

/** They install others, and themselves. */
const ownTools = new Set(['pip', 'setuptools', 'wheel', 'uv', 'distribute', 'poetry', 'pipenv'])

/**
 * Whether a distribution is there for its own sake, as far as anybody can tell. pip marks what it was asked
 * for; of what others installed, nobody knows.
 */
const isWanted = (
  subject: Subject,
  { name, layer, installer, isRequested }: Distribution,
  askedFor: ReadonlySet<string>,
): boolean =>
  isRequested ||
  installer !== 'pip' ||
  isBase(subject, layer) ||
  ownTools.has(name) ||
  askedFor.has(name)

/** What others require, which others require, and so on. */
const follow = (
  all: readonly Distribution[],
  begin: readonly Distribution[],
): ReadonlySet<Distribution> => {
  const byName = Map.groupBy(all, ({ name }) => name)
  const reached = new Set(begin)
  // What is added while a set is gone through has its turn, too.
  for (const { requires } of reached)
    for (const name of requires) for (const each of byName.get(name) ?? []) reached.add(each)
  return reached
}

/** What pip has brought for something else that is no longer there, or no longer needs it. */
export const findOrphans = (
  subject: Subject,
  all: readonly Distribution[],
  askedFor: ReadonlySet<string>,
): readonly Distribution[] => {
  // An older pip does not mark anything.
  const marked = new Set(all.flatMap(({ site, isRequested }) => (isRequested ? [site] : [])))
  const needed = follow(
    all,
    all.filter((each) => isWanted(subject, each, askedFor)),
  )
  return all.filter((each) => marked.has(each.site) && !needed.has(each))
}
