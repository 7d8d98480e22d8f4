/**
 * Masking of the log, after SecretMasker.cs, ValueEncoders.cs and HostContext.cs of
 * https://github.com/actions/runner. base64url and hex are not among the derived forms.
 */
export interface Masker {
  /** Registers a value and the forms derived from it. */
  readonly add: (value: string) => void
  /** Registers a value and each of its lines, as add-mask and secrets do. */
  readonly addWithLines: (value: string) => void
  readonly mask: (text: string) => string
  /** The registered values, without derived forms. */
  readonly values: () => readonly string[]
}

function base64Shifted(shift: number): (value: string) => string {
  return (value) => {
    const bytes = Buffer.from(value, 'utf8')
    return bytes.subarray(bytes.length > shift ? shift : 0).toString('base64')
  }
}

/** Uri.EscapeDataString: everything but RFC 3986's unreserved characters. */
function uriEscape(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const XML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
}

function trimDoubleQuotes(value: string): string {
  return value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''
}

/** PowerShell colours a part of a failing command; both sides of `&` are masked on their own. */
function beforeAmpersand(value: string): string {
  const plus = value.indexOf('&+')
  const end = plus >= 0 ? plus + 2 : value.lastIndexOf('&') + 1
  return end >= 6 ? value.slice(0, end) : ''
}

function afterAmpersand(value: string): string {
  if (!value.includes('&')) return ''
  const plus = value.indexOf('&+')
  // One more character is skipped after &+: it got coloured.
  const section = plus >= 0 ? value.slice(plus + 3) : value.slice(value.lastIndexOf('&') + 1)
  return section.length >= 6 ? section : ''
}

const ENCODERS: readonly ((value: string) => string)[] = [
  base64Shifted(0),
  base64Shifted(1),
  base64Shifted(2),
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  (value) => JSON.stringify(value).slice(1, -1),
  uriEscape,
  (value) => value.replaceAll(/[<>"'&]/g, (char) => XML[char] ?? char),
  trimDoubleQuotes,
  beforeAmpersand,
  afterAmpersand,
]

function positionsOf(text: string, secret: string): [start: number, end: number][] {
  const found: [number, number][] = []
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    found.push([at, at + secret.length])
  }
  return found
}

function maskAll(text: string, secrets: Iterable<string>): string {
  const positions: [number, number][] = []
  for (const secret of secrets) positions.push(...positionsOf(text, secret))
  if (positions.length === 0) return text
  positions.sort(([left], [right]) => left - right)
  let result = ''
  let done = 0
  let open = false
  for (const [start, end] of positions) {
    // Touching and overlapping hits become one ***.
    if (open && start <= done) {
      done = Math.max(done, end)
      continue
    }
    result += `${text.slice(done, start)}***`
    done = end
    open = true
  }
  return result + text.slice(done)
}

/** An empty masker. */
export function createMasker(): Masker {
  const originals = new Set<string>()
  const secrets = new Set<string>()
  const add = (value: string): void => {
    if (value === '' || originals.has(value)) return
    originals.add(value)
    secrets.add(value)
    for (const encode of ENCODERS) {
      const encoded = encode(value)
      if (encoded !== '') secrets.add(encoded)
    }
  }
  return {
    add,
    addWithLines: (value) => {
      add(value)
      for (const line of value.split(/[\r\n]/)) add(line.trim())
    },
    mask: (text) => maskAll(text, secrets),
    values: () => [...originals],
  }
}
