import { catalog } from '../storage/catalog.ts'
import type { FreeDisk } from './inputs.ts'
import { parseList, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, GIB: 2 ** 30, TB: 1e12 }

const words = ['auto', 'always', 'never'] as const

/** Reads whether, and how much, disk is to be freed. */
export const readFreeDisk = (raw: RawInputs, report: ReportProblem): FreeDisk => {
  const text = toOptional(raw['free-disk']) ?? 'auto'
  const word = words.find((each) => each === text)
  if (word !== undefined) return word
  const [, number = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)\s*(MB|GB|GiB|TB)$/i.exec(text) ?? []
  const targetBytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0))
  if (targetBytes > 0) return { targetBytes }
  const remedy = `Write one of ${words.join(', ')}, or how much shall be free, such as 20GB.`
  report({ input: 'free-disk', value: text, reason: 'unknown', remedy })
  return 'auto'
}

/** Reads which entries of the catalog stay. */
export const readFreeDiskKeep = (raw: RawInputs, report: ReportProblem): readonly string[] => {
  const known = catalog.map(({ name }) => name)
  const names = parseList('free-disk-keep', raw, report).map((name) => name.toLowerCase())
  for (const value of names.filter((name) => !known.includes(name))) {
    const remedy = `Write names of ${known.join(', ')}.`
    report({
      input: 'free-disk-keep',
      value,
      reason: 'nothing of that name is ever deleted',
      remedy,
    })
  }
  return names
}
