import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, visit } from 'yaml'

/** How much of a file may be looked at; aliases in aliases could have us look for ever. */
const largestEffort = 1_000_000

/** One walk for all aliases; the library would take one for each. */
const findTargets = (document: Document): ReadonlyMap<Alias, Node> => {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined
      if (isAlias(node)) {
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

/** A merge key is a symbol where the document is of YAML 1.1 or the key has a tag, as `yq -i` gives it one. */
const textOf = (node: unknown): string | undefined => {
  if (!isScalar(node) || node.value === null) return undefined
  return typeof node.value === 'symbol' ? node.value.description : String(node.value)
}

/**
 * Opens a document for reading, aliases and merge keys followed as kubectl does.
 *
 * @throws {Error} from its functions, once they have looked at too much
 */
export const createReader = (document: Document) => {
  const targets = findTargets(document)
  let effort = 0
  const follow = (node: unknown): unknown => (isAlias(node) ? targets.get(node) : node)
  const spend = (amount: number): void => {
    effort += amount
    if (effort > largestEffort) throw new Error('aliases within aliases')
  }
  const findMerged = (value: unknown, key: string, depth: number): unknown => {
    const merged = follow(value)
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = find(source, key, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  const find = (node: unknown, key: string, depth: number): unknown => {
    const map = follow(node)
    // A map may be merged into itself.
    if (!isMap(map) || depth > 10) return undefined
    spend(1 + map.items.length)
    // What comes later goes over what comes before, merged or not: go.yaml.in/yaml/v2, decode.go, mapping.
    for (const pair of map.items.toReversed()) {
      const name = textOf(pair.key)
      if (name === key) return pair.value
      const found = name === '<<' ? findMerged(pair.value, key, depth) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
  const collect = (node: unknown, into: Map<string, unknown>, depth: number): void => {
    const map = follow(node)
    if (!(isMap(map) || isSeq(map)) || depth > 10) return
    spend(1 + map.items.length)
    if (isSeq(map)) {
      for (const item of map.items.toReversed()) collect(item, into, depth + 1)
      return
    }
    for (const pair of map.items) {
      const name = textOf(pair.key)
      if (name === '<<') collect(pair.value, into, depth + 1)
      else if (name !== undefined) into.set(name, follow(pair.value))
    }
  }
  const findKeys = (node: unknown, depth: number): readonly string[] => {
    const map = follow(node)
    if (!(isMap(map) || isSeq(map)) || depth > 10) return []
    spend(1 + map.items.length)
    if (isSeq(map)) return map.items.flatMap((item) => findKeys(item, depth + 1))
    return map.items.flatMap(({ key, value }) => {
      const name = textOf(key)
      if (name === '<<') return findKeys(value, depth + 1)
      return name === undefined ? [] : [name]
    })
  }
  return {
    /** What stands under keys, one in the other; undefined where there is nothing. */
    at: (node: unknown, ...keys: readonly string[]): Node | undefined => {
      let at: unknown = node
      for (const key of keys) at = find(at, key, 0)
      return follow(at) as Node | undefined
    },
    /** Names in a map, and in those that are merged into it. */
    keys: (node: unknown): readonly string[] => findKeys(node, 0),
    /** All that is in a map, with what is merged into it; empty for what is no map. */
    entries: (node: unknown): ReadonlyMap<string, unknown> => {
      const into = new Map<string, unknown>()
      if (isMap(follow(node))) collect(node, into, 0)
      return into
    },
    items: (node: unknown): readonly unknown[] => {
      const list = follow(node)
      if (!isSeq(list)) return []
      spend(list.items.length)
      return list.items
    },
    /** A word or number; undefined for what is something else. */
    text: (node: unknown): string | undefined => textOf(follow(node)),
  }
}

/** Looks into a document at what is asked for, and makes no values of the rest. */
export type Reader = ReturnType<typeof createReader>
