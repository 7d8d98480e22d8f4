import { isNode, LineCounter, parseDocument, type ScalarTag, type YAMLError } from 'yaml'

/** Where something is in a document: names and places in lists. */
export type YamlPath = readonly (string | number)[]

/** Texts, null for nothing, lists and maps. */
export type ParsedYaml = {
  readonly value: unknown
  readonly lineOf: (path: YamlPath) => number
  /** What is wrong first. */
  readonly problem?: { readonly line: number; readonly reason: string }
}

export type ParseYaml = (text: string) => ParsedYaml

/** Aliases of aliases can be more than anything can hold. */
const mostAliases = 20_000

/** All else is its own text: `1.10` and `yes` stay what they are. */
const nothing: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
}

const explain = ({ code, message }: YAMLError, line: string): string => {
  if (/^\s*\t/.test(line)) return 'a tab in the indentation, which has to be spaces'
  if (code === 'MULTIPLE_DOCS') return 'another document begins'
  if (code === 'NON_STRING_KEY') return 'a name that is no text'
  return message.replace(/\.?(?:\n.*)?$/s, '')
}

/** What the parser throws has no line. */
const explainThrown = ({ message }: Error): string => {
  if (/^Unresolved alias/.test(message)) return 'an alias of nothing'
  return /^Merge sources/.test(message)
    ? '<< merges maps, and this is none'
    : 'too large, or it holds itself'
}

/** Parses YAML 1.2. Never throws: what is wrong first comes with its line. */
export const parseYaml: ParseYaml = (text) => {
  const lineCounter = new LineCounter()
  const failed = (line: number, reason: string): ParsedYaml => {
    return { value: undefined, lineOf: () => line, problem: { line, reason } }
  }
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      schema: 'failsafe',
      customTags: (tags) => [...tags, nothing],
      merge: true,
      stringKeys: true,
    })
    // The first problem is often the reason for others.
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) {
      const lines = text.trimEnd().split('\n')
      const line = Math.min(lineCounter.linePos(problem.pos[0]).line, lines.length)
      return failed(line, explain(problem, lines[line - 1] ?? ''))
    }
    const lineOf = (path: YamlPath): number => {
      const node = document.getIn(path, true)
      if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line
      return path.length === 0 ? 1 : lineOf(path.slice(0, -1))
    }
    return { value: document.toJS({ maxAliasCount: mostAliases }), lineOf }
  } catch (error) {
    return failed(1, explainThrown(error as Error))
  }
}
