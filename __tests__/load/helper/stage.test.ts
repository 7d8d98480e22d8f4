import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { callHelper } from '../../support/helper-shell.ts'
import { makeHostileImage } from '../../support/hostile/layers.ts'
import { type Entry, file, folder, hardLink, symlink, writeTar } from '../../support/hostile/tar.ts'
import { readAttributes, readTree } from '../../support/hostile/tree.ts'
import { rootTest } from '../../support/root.ts'
import { isThorough } from '../../support/thorough.ts'

const rounds = Number(process.env['SLIPWAY_FUZZ_ROUNDS'] ?? (isThorough ? 10 : 4))
const firstSeed = Number(process.env['SLIPWAY_FUZZ_SEED'] ?? 1)

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-stage-'))
})
afterEach(() => rm(place, { recursive: true }))

/** Makes folders such as Docker has of layers, and calls functions that stage them. */
const stage = async (layers: readonly (readonly Entry[])[], script: string) => {
  const unpack = layers.map((entries, i) => {
    writeFileSync(join(place, `${i}.tar`), writeTar(entries))
    return `mkdir -p "$work/docker/${i}" && tar --extract --file="$work/${i}.tar" --directory="$work/docker/${i}" --absolute-names --numeric-owner --same-owner --same-permissions --delay-directory-restore --xattrs '--xattrs-include=*' --warning=no-timestamp --exclude='.wh.*' && ln -sfT "$work/docker/${i}" "$work/layers/${i}" && folders[${i}]=$work/docker/${i}`
  })
  return callHelper(
    ['record', 'node', 'names', 'stage'],
    place,
    `folders=() wanted=auto; ${unpack.join('\n')}\n${script}`,
  )
}

/** Expects that a staged layer is what Docker has, but for how many names files have. */
const expectSame = (layer: number, staged: string): void => {
  const [theirs, ours] = [join(place, 'docker', String(layer)), join(place, staged)]
  const tree = readTree(theirs)
  expect(Object.fromEntries(readTree(ours))).toEqual(Object.fromEntries(tree))
  const paths = [...tree.keys()]
  expect(readAttributes(ours, paths)).toEqual(readAttributes(theirs, paths))
}

rootTest.each(Array.from({ length: rounds }, (_, i) => firstSeed + i))(
  'seed %i: staged layers are what Docker has',
  async (seed) => {
    mkdirSync(join(place, 'canary'))
    const { layers } = makeHostileImage(seed, [join(place, 'canary'), join(place, 'planted')])
    const each = ['link', 'copy']
      .map(
        (method) => `wanted=${method}; choose_method; mkdir -p "$staging/$method"
      for i in \${!folders[@]}; do stage_and_verify "$staging/$method" "$i"; done`,
      )
      .join('\n')
    expect(await stage(layers, each)).toEqual({ code: 0, said: '' })
    expect(readdirSync(join(place, 'canary'))).toEqual([])
    expect(readdirSync(place)).not.toContain('planted')
    for (const layer of layers.keys()) expectSame(layer, `staging/copy/${layer}`)
  },
)

/** Stages the first layer by links and expects that it is what Docker has. */
const link = (entries: readonly Entry[], before = '') =>
  stage(
    [entries],
    `${before}\nwanted=link; choose_method; mkdir "$staging/link"; stage_and_verify "$staging/link" 0`,
  )

rootTest(
  'a file whose folder ends in a line break leaves alone what is called like the rest',
  async () => {
    // Seen from Docker's folder the link leads to something, seen from the staged one to nothing yet.
    writeFileSync(join(place, 'planted'), 'x')
    const { code, said } = await link([
      folder('etc', { seconds: 3 }),
      folder('etc/x\n', { seconds: 4 }),
      symlink('etc/x', '../../../planted'),
      file('etc/x\n/file', 'x'),
      hardLink('opt', 'etc/x\n/file'),
    ])
    expect({ code, said }).toEqual({ code: 0, said: '' })
    expect(readdirSync(join(place, 'staging'))).not.toContain('planted')
    expectSame(0, 'staging/link/0')
  },
)

rootTest('a link in place of a folder that is not linked stays a link', async () => {
  const outside = join(place, 'outside')
  mkdirSync(join(outside, 'spool'), { recursive: true })
  writeFileSync(join(outside, 'spool/job'), 'x')
  const { code, said } = await link([symlink('etc', outside), symlink('var', outside)])
  expect({ code, said }).toEqual({ code: 0, said: '' })
  expect(lstatSync(join(outside, 'spool/job')).nlink).toBe(1)
  expectSame(0, 'staging/link/0')
})

const crontabs = ['etc/crontab', 'etc/cron.d/job\n', 'var/spool/cron/crontabs/root']
const cronLayer: readonly Entry[] = [
  folder('etc', { seconds: 3, attributes: { 'user.a': 'b' } }),
  folder('etc/cron.d', { mode: 0o2700, owner: 5, seconds: 4 }),
  folder('var', { mode: 0o1777, group: 6, seconds: 5, attributes: { 'user.c': 'd' } }),
  folder('var/spool', { seconds: 6 }),
  folder('var/spool/cron', { mode: 0o700 }),
  folder('var/spool/cron/crontabs', { mode: 0o1730, seconds: 7, attributes: { 'user.e': 'f' } }),
  ...crontabs.map((path) => file(path, 'x', { mode: 0o600, owner: 7 })),
  file('var/linked', 'x'),
  symlink('etc/link', '/'),
  { name: 'etc/removed', type: '3', device: [0, 0] },
  file('opt/here'),
  hardLink('etc/there', 'opt/here'),
  hardLink('var/spool/too', 'opt/here'),
  file('etc/both'),
  hardLink('var/spool/both', 'etc/both'),
  file('etc/own'),
  hardLink('etc/own-again', 'etc/own'),
]

rootTest(
  'what cron reads never has a second name, neither after nor between the commands',
  async () => {
    // Each program that can link tells, when it has ended, how many names those files have.
    const watch = `watched() {
    local code=0
    command "$@" || code=$?
    stat --format=%h ${crontabs.map((path) => `"$work/docker/0/"${JSON.stringify(path).replaceAll(/^"|"$/g, "'").replace(/^/, '$')}`).join(' ')} >>"$work/counts"
    return "$code"
  }
  cp() { watched cp "$@"; }
  ln() { watched ln "$@"; }`
    const { code, said } = await link(cronLayer, watch)
    expect({ code, said }).toEqual({ code: 0, said: '' })
    expect(new Set(readFileSync(join(place, 'counts'), 'utf8').trim().split('\n'))).toEqual(
      new Set(['1']),
    )
    const linked = ['var/linked', 'etc/there', 'etc/both', 'var/spool/too']
    for (const path of linked)
      expect(lstatSync(join(place, 'staging/link/0', path)).nlink, path).toBeGreaterThan(1)
    expectSame(0, 'staging/link/0')
  },
)

rootTest('what differs is named on one line', async () => {
  const name = 'etc/a\n\x1b[2J b'
  const { code, said } = await stage(
    [[folder('etc'), file(name, 'x')]],
    `wanted=copy; choose_method; mkdir "$staging/copy"
    digest_trees() { rm -f "$staging/copy/0/etc/"*; digest_copied "$@"; }
    stage_and_verify "$staging/copy" 0`,
  )
  expect(said).toBe("the staged files are not what Docker has: $'etc/a\\n\\E[2J b'\n")
  expect(code).toBe(1)
})

rootTest('what the node has is compared by whole names', async () => {
  const trees = [[file('a\tf\n1\tb', 'x')], [file('a'), file('b')], [file('c\n', 'x')]]
  const { said } = await stage(
    trees,
    `seen() { printf -v "$1" '%s' "$2"; }
    find_tops() { present=("$@"); rm -rf "$own/present"; find_broken; echo "\${broken[*]}"; }
    find_tops "\${folders[@]}"
    find_tops "\${folders[1]}" "\${folders[0]}" "\${folders[2]}"
    mv "\${folders[2]}/c"$'\n' "\${folders[2]}/c"; cp -a "\${folders[2]}" "$work/other"
    mv "\${folders[2]}/c" "\${folders[2]}/c"$'\n'; find_tops "\${folders[@]:0:2}" "$work/other"
    find_tops "\${folders[@]:0:2}" "$work/none"`,
  )
  expect(said).toBe('\n0 1\n2\n2\n')
})
