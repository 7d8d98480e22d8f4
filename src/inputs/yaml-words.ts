import type { YamlPath } from './parse-yaml.ts'

/** Takes what is wrong with something in the list. */
export type ReportAt = (path: YamlPath, text: string, value?: string) => void

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (value: unknown, wanted: string, path: YamlPath, report: ReportAt) => {
  const kind = Array.isArray(value) ? 'list' : 'map'
  const reason = value === null ? 'a value is missing' : `a ${kind} where none can be`
  report(path, `${reason}. Write ${wanted}.`)
  return []
}

/** Entries of `name=value` from a map, or a list of such entries and maps. A name alone has no value. */
export const toAssignments = (
  value: unknown,
  path: YamlPath,
  report: ReportAt,
): readonly string[] => {
  const wanted = 'a map of names and texts, or a list of name=value'
  if (value === null) return []
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, at) =>
      typeof item === 'string' || isMap(item)
        ? toAssignments(item, [...path, at], report)
        : refuse(item, wanted, [...path, at], report),
    )
  }
  return Object.entries(value as object).flatMap(([key, each]): readonly string[] => {
    if (key.includes('=')) report([...path, key], `a name with =. Write ${wanted}.`, key)
    if (each === null) return [key]
    const isText = typeof each === 'string'
    return isText ? [`${key}=${each}`] : refuse(each, wanted, [...path, key], report)
  })
}

const lists: readonly unknown[] = [
  'tags',
  'ssh',
  'add-hosts',
  'annotations',
  'attests',
  'cache-from',
  'cache-to',
  'no-cache-filters',
  'outputs',
  'platforms',
  'ulimit',
]

/** A value as the input of that name has it: the items of a list are its lines. */
export const toWordText = (value: unknown, path: YamlPath, report: ReportAt): string => {
  if (value === null) return ''
  if (typeof value === 'string') return value
  const mayBeList = lists.includes(path.at(-1))
  if (Array.isArray(value) && mayBeList) {
    return value
      .flatMap((item: unknown, at) =>
        typeof item === 'string' ? [item] : refuse(item, 'a text', [...path, at], report),
      )
      .join('\n')
  }
  refuse(value, mayBeList ? 'a text, or a list of texts' : 'a text', path, report)
  return ''
}
