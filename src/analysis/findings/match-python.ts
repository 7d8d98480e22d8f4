import { readDistributions } from './distributions.ts'
import type { Match, Rule } from './finding.ts'
import { cudaRules, matchCuda } from './match-cuda.ts'
import {
  distributionRules,
  matchAskedTwice,
  matchOrphans,
  matchReplaced,
  matchTwice,
} from './match-distributions.ts'
import { importRule, matchImports } from './match-imports.ts'
import { findAskedFor, findOrphans } from './needed.ts'
import type { Subject } from './subject.ts'

export const pythonRules: readonly Rule[] = [...cudaRules, ...distributionRules, importRule]

/** What is installed for Python and need not be. */
export const matchPython = async (subject: Subject): Promise<readonly Match[]> => {
  const all = await readDistributions(subject)
  const askedFor = all.length === 0 ? new Set<string>() : await findAskedFor(subject)
  const cuda = matchCuda(subject, all, askedFor)
  const orphans = findOrphans(subject, all, askedFor).filter((each) => !cuda.told.has(each))
  const told = new Set([...cuda.told, ...orphans])
  return [
    ...cuda.matches,
    ...matchOrphans(orphans),
    ...matchTwice(subject, all),
    ...matchReplaced(subject, all),
    ...matchAskedTwice(subject),
    ...(await matchImports(subject, all, told)),
  ]
}
