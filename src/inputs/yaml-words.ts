import type { YamlValue } from './parse-yaml.ts'
import type { ReportProblem } from './problems.ts'

const refuse = (
  word: string,
  { kind, line }: YamlValue,
  wanted: string,
  report: ReportProblem,
): readonly never[] => {
  const reason = kind === 'none' ? 'a value is missing' : `a ${kind} where none can be`
  report(`builds, line ${line}, ${word}`, `${reason}. Write ${wanted}.`)
  return []
}

/** Entries of `name=value` from a map, or a list of such entries and maps. A name alone has no value. */
export const toAssignments = (
  word: string,
  value: YamlValue,
  report: ReportProblem,
): readonly string[] => {
  const wanted = 'a map of names and texts, or a list of name=value'
  if (value.kind === 'none') return []
  if (value.kind === 'list') {
    return value.items.flatMap((item) => {
      if (item.kind === 'text') return [item.text]
      return item.kind === 'map'
        ? toAssignments(word, item, report)
        : refuse(word, item, wanted, report)
    })
  }
  if (value.kind === 'text') return [value.text]
  return value.entries.flatMap(({ key, line, value: each }): readonly string[] => {
    if (key.includes('=')) {
      report(`builds, line ${line}, ${word}`, `a name with =. Write ${wanted}.`, key)
      return []
    }
    if (each.kind === 'none') return [key]
    return each.kind === 'text' ? [`${key}=${each.text}`] : refuse(word, each, wanted, report)
  })
}

const lists: readonly string[] = ['tags', 'ssh']

/** A value as the input of that name has it: the items of a list are its lines. */
export const toWordText = (word: string, value: YamlValue, report: ReportProblem): string => {
  if (value.kind === 'none') return ''
  if (value.kind === 'text') return value.text
  if (value.kind === 'map' || !lists.includes(word)) {
    refuse(word, value, lists.includes(word) ? 'a text, or a list of texts' : 'a text', report)
    return ''
  }
  return value.items
    .flatMap((item) => (item.kind === 'text' ? [item.text] : refuse(word, item, 'a text', report)))
    .join('\n')
}
