import { type Entry, type EntryType, file, folder, hardLink, symlink } from './tar.ts'

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
const numbersOf = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
  return { below, pick, chance: (of: number): boolean => next() < of }
}

type Numbers = ReturnType<typeof numbersOf>

/** As tar writes ACLs; Docker reads them nowhere. */
const acl = 'user::rwx,user:7:rwx,group::r-x,mask::rwx,other::r-x'
const repeat = (text: string, length: number): string => text.repeat(length)

/** Names that some tool takes for something else: two names, an option, a pattern, a way. */
const names: readonly string[] = [
  ...[
    'a',
    'b',
    'a\n',
    '\n',
    'a\nb',
    '\na',
    ' ',
    ' a',
    'a ',
    '\t',
    'a\tb',
    '\r',
    '\x1b[2J',
    '\x01',
    '\x012',
    // To who reads one digit too many, a dot and a slash.
    '\x056\x057',
    '\x7f',
  ],
  ...[
    '-',
    '--',
    '-rf',
    '--help',
    '-e',
    '@a',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '~',
    '$HOME',
    '$(id)',
    '`id`',
  ],
  ...[
    "'",
    '"',
    '\\',
    'a\\',
    '\\n',
    '\\012',
    '%s',
    '%b',
    '=',
    ':',
    ',',
    ';',
    '|',
    '!',
    '#',
    '&',
    '<',
    '0',
  ],
  ...['...', '..a', '.a', 'wh.', '.slipway-whiteouts', 'slipway', 'a -> b', 'a link to b'],
  ...['\xff', '\xff\n', '\xc3\xa4', '\xc3', '\x80', repeat('n', 255), `${repeat('m', 254)}\n`],
]

/** Above all, places that are linked in a way of their own. */
const tops: readonly string[] = ['etc', 'var', 'var/spool', 'opt']

/** What is visible: folders (`d`), files, and all else. */
type Kinds = Map<string, 'd' | 'f' | 'o'>

export type HostileImage = {
  readonly layers: readonly (readonly Entry[])[]
  /** Folders with files in a layer that does not name them itself, so that each store makes its own. */
  readonly unsaid: ReadonlySet<string>
}

const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/')

const removeBelow = (kinds: Kinds, path: string): void => {
  for (const other of kinds.keys()) if (other.startsWith(`${path}/`)) kinds.delete(other)
}

const attributesOf = ({ pick, chance }: Numbers): Partial<Entry> => ({
  owner: pick([0, 0, 7, 65_534, 2_097_151]),
  group: pick([0, 0, 8]),
  seconds: pick([0, 1, 999_999_999, 1_700_000_000, 4_102_444_800]),
  ...(chance(0.15) && {
    attributes: pick([{ 'user.a': 'b\n' }, { 'user.c=': '\xff' }, { 'SCHILY.acl.access': acl }]),
  }),
})

/** Writes one layer on those below it. */
const makeLayer = (
  numbers: Numbers,
  below: Kinds,
  unsaid: Set<string>,
  targets: readonly string[],
  isAgain: boolean,
): readonly Entry[] => {
  const { pick, chance } = numbers
  const entries: Entry[] = []
  const own: Kinds = new Map()
  const removed = new Set<string>()

  const addFolder = (path: string, mode = pick([0o755, 0o755, 0o700, 0o1777, 0o2750, 0])): void => {
    entries.push(folder(path, { mode, ...attributesOf(numbers) }))
    own.set(path, 'd')
  }
  const reach = (path: string): boolean => {
    if (path === '' || own.get(path) === 'd') return true
    if (own.has(path) || removed.has(path) || below.get(path) !== 'd' || !reach(parentOf(path)))
      return false
    if (chance(0.3)) {
      unsaid.add(path)
      own.set(path, 'd')
    } else addFolder(path)
    return true
  }
  const folders = (): readonly string[] =>
    [...new Set([...tops, ...own.keys(), ...below.keys()])].filter(
      (path) => (own.get(path) ?? below.get(path)) === 'd' && path.split('/').length < 5,
    )
  const fresh = (): string | undefined => {
    const parent = pick(folders())
    const path = `${parent}/${pick(names)}`
    return reach(parent) && !own.has(path) && !removed.has(path) ? path : undefined
  }
  const addOther = (path: string, type: EntryType, rest: Partial<Entry> = {}): void => {
    entries.push({ name: path, type, ...rest })
    own.set(path, 'o')
  }
  const files = (): readonly string[] => [...own.keys()].filter((path) => own.get(path) === 'f')

  const makeFile = (path: string): void => {
    const rest = { mode: pick([0o644, 0o4755, 0o2711, 0, 0o600]), ...attributesOf(numbers) }
    entries.push(file(path, pick(['', 'x', repeat('y', 700)]), rest))
    own.set(path, 'f')
  }
  const makeLink = (path: string): void => {
    entries.push(symlink(path, pick(targets)))
    own.set(path, 'o')
  }
  const makeHardLink = (path: string): void => {
    const all = files()
    if (all.length === 0) return
    const target = pick(all)
    const same = entries.findLast(({ name }) => name === target)
    // To Docker a file has the attributes of its last name, to tar those of its first.
    entries.push({ ...same, ...hardLink(path, target), content: '' })
    own.set(path, 'f')
  }
  const remove = (): void => {
    const path = pick([...below.keys(), 'opt/none'])
    const parent = parentOf(path)
    const name = path.slice(parent.length + 1)
    if (own.has(path) || removed.has(path) || tops.includes(path) || !reach(parent)) return
    entries.push(file(`${parent}/.wh.${name}`))
    removed.add(path)
  }
  const hide = (): void => {
    const path = pick(folders())
    const name = `${path}/.wh..wh..opq`
    if (tops.includes(path) || !reach(path) || entries.some((entry) => entry.name === name)) return
    entries.push(file(name))
  }
  const again = (): void => {
    const all = files()
    if (isAgain && all.length > 0) makeFile(pick(all))
  }
  const makers: readonly (() => void)[] = [
    ...[addFolder, addFolder, addFolder, makeFile, makeFile, makeFile, makeLink, makeLink].map(
      (make) => () => {
        const path = fresh()
        if (path !== undefined) make(path)
      },
    ),
    () => {
      const path = fresh()
      if (path !== undefined) makeHardLink(path)
    },
    () => {
      const path = fresh()
      const device = pick([
        [1, 3],
        [7, 0],
        [0, 0],
      ] as const)
      if (path !== undefined) addOther(path, pick(['3', '4', '6']), { device })
    },
    remove,
    remove,
    hide,
    again,
  ]
  // Every store makes folders that nobody names in a way of its own, so the first layer names them.
  if (below.size === 0) for (const top of tops) addFolder(top, 0o755)
  // A folder that nobody names, of which a list of lines takes a part for what is behind a link.
  if (below.size === 0) for (const path of ['opt/l', 'opt/l/folder']) addFolder(path, 0o777)
  else if (below.get('opt/l') === 'd' && !below.has('opt/x\nopt') && reach('opt')) {
    entries.push(symlink('opt/l', targets[0] ?? '/'))
    own.set('opt/l', 'o')
    for (const path of ['opt/x\nopt', 'opt/x\nopt/l', 'opt/x\nopt/l/folder']) {
      unsaid.add(path)
      own.set(path, 'd')
    }
    makeFile('opt/x\nopt/l/folder/f')
  }
  // What $(dirname) takes for the link.
  const [first, trap] = [pick(tops), pick(targets)]
  if (reach(first) && reach('opt') && !own.has(`${first}/t`) && !below.has(`${first}/t`)) {
    addFolder(`${first}/t\n`)
    makeFile(`${first}/t\n/f`)
    makeHardLink(`opt/t-${below.size}`)
    entries.push(symlink(`${first}/t`, trap))
    own.set(`${first}/t`, 'o')
  }
  for (let made = 0; made < 30; made += 1) pick(makers)()

  for (const path of removed) {
    below.delete(path)
    removeBelow(below, path)
  }
  for (const [path, kind] of own) {
    if (kind !== 'd' || below.get(path) !== 'd') removeBelow(below, path)
    below.set(path, kind)
  }
  return entries
}

/**
 * Makes the layers of one image, always the same for one seed; its links lead to the given places.
 *
 * @param isAgain whether files may come more than once in a layer; not all stores take that
 */
export const makeHostileImage = (
  seed: number,
  targets: readonly string[],
  isAgain = true,
): HostileImage => {
  const numbers = numbersOf(seed)
  const below: Kinds = new Map()
  const unsaid = new Set<string>()
  const all = [...targets, 'a', 'b', '../etc', '.', '/', 'a\n', '\xff', repeat('d/', 600)]
  const layers = [1, 2, 3].map(() => makeLayer(numbers, below, unsaid, all, isAgain))
  return { layers, unsaid }
}
