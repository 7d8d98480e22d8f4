/** Values an expression can see: `github.repository` is `contexts.github.repository`. */
export type Contexts = Readonly<Record<string, unknown>>
export type Functions = Readonly<Record<string, () => boolean>>
type Value = string | number | boolean | null

const TOKENS = /\s*(&&|\|\||==|!=|!|\(|\)|'(?:[^']|'')*'|[\w.-]+)/y

function tokenize(source: string): string[] {
  const tokens: string[] = []
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < source.trimEnd().length) {
    const at = TOKENS.lastIndex
    const match = TOKENS.exec(source)
    if (match?.[1] === undefined) throw new Error(`cannot read expression at "${source.slice(at)}"`)
    tokens.push(match[1])
  }
  return tokens
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? 'Object' : String(value)
}

function lookUp(path: string, contexts: Contexts): Value {
  let value: unknown = contexts
  for (const part of path.split('.')) {
    const object = typeof value === 'object' && value !== null ? value : {}
    value = (object as Record<string, unknown>)[part]
  }
  if (typeof value === 'boolean' || typeof value === 'number') return value
  return value === undefined || value === null ? null : toText(value)
}

/** Strings compare without regard to case, as in GitHub's expressions. */
function areEqual(left: Value, right: Value): boolean {
  return toText(left).toLowerCase() === toText(right).toLowerCase()
}

/** The part of GitHub's expressions that action.yml files use: no indexes, no arguments. */
export function evaluate(source: string, contexts: Contexts, functions: Functions = {}): Value {
  const tokens = tokenize(source)
  let index = 0
  const accept = (token: string): boolean => {
    if (tokens[index] !== token) return false
    index += 1
    return true
  }
  const primary = (): Value => {
    const token = tokens[index]
    index += 1
    if (token === undefined) throw new Error(`expression ends early: "${source}"`)
    if (token === '(') {
      const inner = either()
      if (!accept(')')) throw new Error(`missing ) in "${source}"`)
      return inner
    }
    if (token === '!') return !primary()
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
    if (token === 'true' || token === 'false') return token === 'true'
    if (token === 'null') return null
    if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token)
    if (!accept('(')) return lookUp(token, contexts)
    const call = functions[token]
    if (call === undefined || !accept(')')) throw new Error(`cannot call ${token} in "${source}"`)
    return call()
  }
  const comparison = (): Value => {
    const left = primary()
    if (accept('==')) return areEqual(left, primary())
    if (accept('!=')) return !areEqual(left, primary())
    return left
  }
  const both = (): Value => {
    let left = comparison()
    while (accept('&&')) {
      const right = comparison()
      left = left ? right : left
    }
    return left
  }
  const either = (): Value => {
    let left = both()
    while (accept('||')) {
      const right = both()
      left = left || right
    }
    return left
  }
  const result = either()
  if (index < tokens.length) throw new Error(`cannot read "${tokens[index]}" in "${source}"`)
  return result
}

/** Replaces every `${{ }}` of a text. */
export function expand(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, source: string) =>
    toText(evaluate(source, contexts)),
  )
}
