import type { Level, Match, Rule } from './finding.ts'
import { folderRules } from './folders.ts'
import { cacheRules, matchCache } from './match-cache.ts'
import { copyRules, matchCopies } from './match-copies.ts'
import { duplicateRule, matchDuplicates } from './match-duplicates.ts'
import { fileRules, matchFiles } from './match-files.ts'
import { matchFolders } from './match-folders.ts'
import { matchModes, modeRules } from './match-modes.ts'
import { matchNode, nodeRule } from './match-node.ts'
import { matchPackages, packageRules } from './match-packages.ts'
import { matchPython, pythonRules } from './match-python.ts'
import { matchRecipe, recipeRules } from './match-recipe.ts'
import { matchSecrets, secretRules } from './match-secrets.ts'
import { countPlaced, type Subject } from './subject.ts'

/** All rules that there are. */
export const catalog: readonly Rule[] = [
  ...secretRules,
  ...fileRules,
  ...folderRules,
  ...Object.values(copyRules),
  duplicateRule,
  ...packageRules,
  ...recipeRules,
  ...cacheRules,
  ...pythonRules,
  nodeRule,
  ...modeRules,
]

const order: readonly Level[] = ['error', 'warning', 'info']

/** An informational finding is worth a word from so much of the image on. */
const leastShare = 0.01

const compare = (a: Match, b: Match): number =>
  order.indexOf(a.rule.level) - order.indexOf(b.rule.level) ||
  Number(a.rule.isQuestion ?? false) - Number(b.rule.isQuestion ?? false) ||
  b.bytes - a.bytes

/** Asks all rules; the worst first, and the largest of these. */
export const findMatches = async (subject: Subject): Promise<readonly Match[]> => {
  const found = await Promise.all([
    matchSecrets(subject),
    matchFiles(subject),
    matchFolders(subject),
    matchCopies(subject),
    matchDuplicates(subject),
    matchPackages(subject),
    matchRecipe(subject),
    matchCache(subject),
    matchPython(subject),
    matchNode(subject),
    matchModes(subject),
  ])
  const imageBytes = countPlaced(subject.merged.visible)
  return found
    .flat()
    .filter(
      // Of some, bytes are not the point.
      ({ rule, bytes }) => rule.level !== 'info' || bytes === 0 || bytes >= leastShare * imageBytes,
    )
    .toSorted(compare)
}
