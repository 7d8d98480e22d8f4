import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'

/** What somebody wrote, each scalar as its own text: `1.10` and `yes` stay what they are. */
export type YamlValue =
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  /** Nothing, `~` or `null`. */
  | { readonly kind: 'none'; readonly line: number }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly YamlValue[] }
  | { readonly kind: 'map'; readonly line: number; readonly entries: readonly YamlEntry[] }

export type YamlEntry = { readonly key: string; readonly line: number; readonly value: YamlValue }

export type ParsedYaml = {
  readonly value: YamlValue | undefined
  readonly problem: { readonly line: number; readonly reason: string } | undefined
}

export type ParseYaml = (text: string) => ParsedYaml

/** Aliases of aliases can be more than anything can hold. */
const mostNodes = 20_000

const deepest = 50

/** A document's nodes as values; merge keys are what they merge. */
const createReader = (aliased: ReadonlyMap<Node, Node>, lineOf: (node: Node) => number) => {
  let count = 0
  const fail = (node: Node, reason: string): never => {
    throw Object.assign(new Error(reason), { line: lineOf(node) })
  }
  const toMerged = (value: YamlValue, node: Node): readonly YamlEntry[] => {
    if (value.kind === 'map') return value.entries
    if (value.kind === 'list') return value.items.flatMap((item) => toMerged(item, node))
    return fail(node, '<< merges maps, and this is none')
  }
  const toEntries = ({ key, value }: Pair<Node, Node | null>, depth: number, parent: Node) => {
    const name = toValue(key, depth, parent)
    const line = name.line
    if (name.kind !== 'text') return fail(key ?? parent, 'a name that is no text')
    const read = toValue(value, depth, key)
    if (name.text === '<<' && isScalar(key) && key.type === 'PLAIN') {
      return toMerged(read, key).map((entry) => ({ ...entry, isMerged: true }))
    }
    return [{ key: name.text, line, value: read, isMerged: false }]
  }
  const toValue = (given: Node | null | undefined, depth: number, parent: Node): YamlValue => {
    const line = lineOf(given ?? parent)
    if (given === null || given === undefined) return { kind: 'none', line }
    if (++count > mostNodes || depth > deepest) return fail(given, 'too large, or it holds itself')
    const node = isAlias(given) ? aliased.get(given) : given
    if (isScalar(node)) {
      if (node.value === null) return { kind: 'none', line }
      const isPlain = node.type === 'PLAIN'
      return { kind: 'text', line, text: isPlain ? (node.source ?? '') : String(node.value) }
    }
    if (isSeq<Node>(node)) {
      return { kind: 'list', line, items: node.items.map((item) => toValue(item, depth + 1, node)) }
    }
    if (isMap<Node, Node | null>(node)) {
      const all = node.items.flatMap((pair) => toEntries(pair, depth + 1, node))
      // What is written goes before what is merged, and of that the first goes before the others.
      const ordered = [
        ...all.filter(({ isMerged }) => !isMerged),
        ...all.filter((each) => each.isMerged),
      ]
      const entries = new Map<string, YamlEntry>()
      for (const { key, line: at, value } of ordered) {
        if (!entries.has(key)) entries.set(key, { key, line: at, value })
      }
      return { kind: 'map', line, entries: [...entries.values()] }
    }
    return fail(given, 'an alias of nothing')
  }
  return toValue
}

/** What aliases mean: the anchor of that name that stands before them. */
const findAliased = (document: Document): ReadonlyMap<Node, Node> => {
  const anchors = new Map<string, Node>()
  const aliased = new Map<Node, Node>()
  const note = (node: Node & { readonly anchor?: string | undefined }): void => {
    if (node.anchor) anchors.set(node.anchor, node)
  }
  visit(document, {
    Value: (_key, node) => note(node),
    Alias: (_key, node: Alias) => {
      const found = anchors.get(node.source)
      if (found !== undefined) aliased.set(node, found)
    },
  })
  return aliased
}

const explain = ({ code, message }: YAMLError, line: string): string => {
  if (/^\s*\t/.test(line)) return 'a tab in the indentation, which has to be spaces'
  if (code === 'MULTIPLE_DOCS') return 'another document begins'
  return message.replace(/\.?(?:\n.*)?$/s, '')
}

/** Parses YAML 1.2. Never throws: what is wrong first comes with its line. */
export const parseYaml: ParseYaml = (text) => {
  const counter = new LineCounter()
  const lineOf = (node: Node): number => counter.linePos(node.range?.[0] ?? 0).line
  try {
    const options = { lineCounter: counter, prettyErrors: false, version: '1.2' } as const
    const document = parseDocument(text, options)
    // The first problem is often the reason for others.
    const [problem] = [...document.errors, ...document.warnings]
    const lines = text.trimEnd().split('\n')
    if (problem !== undefined) {
      const line = Math.min(counter.linePos(problem.pos[0]).line, lines.length)
      return {
        value: undefined,
        problem: { line, reason: explain(problem, lines[line - 1] ?? '') },
      }
    }
    const contents = document.contents as Node | null
    if (contents === null) return { value: undefined, problem: undefined }
    const toValue = createReader(findAliased(document), lineOf)
    return { value: toValue(contents, 0, contents), problem: undefined }
  } catch (error) {
    const { message, line = 1 } = error as Error & { readonly line?: number }
    return { value: undefined, problem: { line, reason: message } }
  }
}
