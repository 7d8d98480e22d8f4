import { catalog } from '../storage/catalog.ts'
import type { FreeDisk } from './choices.ts'
import type { Reader } from './reader.ts'

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, GIB: 2 ** 30, TB: 1e12 }

const words = ['auto', 'always', 'never'] as const

/** Reads whether, and how much, disk is to be freed. */
export const readFreeDisk = ({ text, report }: Reader): FreeDisk => {
  const given = text('free-disk') ?? 'auto'
  const word = words.find((each) => each === given)
  if (word !== undefined) return word
  const [, number = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)\s*(MB|GB|GiB|TB)$/i.exec(given) ?? []
  const targetBytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0))
  if (targetBytes > 0) return { targetBytes }
  const how = `Write one of ${words.join(', ')}, or how much shall be free, such as 20GB.`
  report('free-disk', `unknown. ${how}`, given)
  return 'auto'
}

/** Reads which entries of the catalog stay. */
export const readFreeDiskKeep = ({ list, report }: Reader): readonly string[] => {
  const known = catalog.map(({ name }) => name)
  const names = list('free-disk-keep').map((name) => name.toLowerCase())
  const text = `nothing of that name is ever deleted. Write names of ${known.join(', ')}.`
  for (const name of names) if (!known.includes(name)) report('free-disk-keep', text, name)
  return names
}
