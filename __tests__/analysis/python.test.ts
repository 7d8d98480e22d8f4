import { describe, expect, test } from 'vitest'
import type { Background } from '../../src/image/background.ts'
import { copyOf, file, linkTo, whiteout } from '../support/entries.ts'
import { find, findIn, type Options, withFolders } from '../support/findings.ts'
import { type Installed, installed, site, textsOf } from '../support/python.ts'

const program = 'srv/app/main.py'

/** What is found where one line has installed all, beside a program with that text. */
const findWith = (all: readonly Installed[], text = '', options: Options = {}) =>
  find([withFolders(...all.flatMap(({ entries }) => entries), file(program, text.length))], {
    ...options,
    texts: { ...textsOf(all), [program]: text, ...options.texts },
  })

const recipe = (text: string, requirements: readonly string[] = []): Partial<Background> => ({
  recipe: {
    text,
    requirements,
    origin: undefined,
    stages: 2,
    order: { early: [], unlinked: [] },
    base: undefined,
  },
})

const web = installed('web', { isRequested: true, requires: ['core (>=1)', 'tool; extra == "x"'] })
const core = installed('core', { requires: ['Left.Pad>=2 ; python_version > "3"'] })
const pad = installed('left-pad')

describe('a distribution that nothing requires', () => {
  test('is one that nobody asked for, with what only it requires', async () => {
    expect(await findWith([web, core, pad])).toEqual([])
    const lonely = installed('lonely', { requires: ['deeper'] })
    expect(await findWith([web, core, pad, lonely, installed('deeper')])).toEqual([
      'orphaned-distributions@1 4000000',
    ])
    const circle = [installed('a', { requires: ['b'] }), installed('b', { requires: ['a'] })]
    expect(await findWith([web, core, pad, ...circle])).toEqual([
      'orphaned-distributions@1 4000000',
    ])
  })

  test.each([
    ['lonely ; sys_platform == "win32"', 1],
    ['lonely ; sys_platform == "win32" or python_version > "3"', 0],
    ['lonely ; sys_platform == "linux"', 0],
    ['lonely[extra]>=1 ; python_version >= "3.8"', 0],
    ['lonely-other', 1],
  ])('considers markers: %s leaves %i', async (requirement, orphans) => {
    const asked = installed('web', { isRequested: true, requires: [requirement] })
    expect(await findWith([asked, installed('lonely')])).toHaveLength(orphans)
  })

  test.each<[string, Parameters<typeof installed>[1], Options]>([
    ['pip was asked for', { isRequested: true }, {}],
    ['another program installed', { installer: 'uv' }, {}],
    ['nobody says who installed', { installer: undefined }, {}],
    ['the Dockerfile names', {}, { background: recipe('RUN pip install Lonely_one') }],
    ['a file of the context names', {}, { background: recipe('FROM x', ['lonely.one>=1\n']) }],
    ['a file of the image names', {}, { texts: { 'srv/requirements.txt': 'lonely-one' } }],
    ['the instruction names', {}, { instructions: ['RUN pip install "lonely-one[x]==1"'] }],
    ['is small', { bytes: 10_000 }, {}],
  ])('is none that %s', async (_, wheel, options) => {
    const all = [web, core, pad, installed('lonely-one', wheel)]
    const named = Object.keys(options.texts ?? {}).map((path) => file(path, 10))
    const layer = withFolders(...all.flatMap(({ entries }) => entries), ...named)
    const texts = { ...textsOf(all), ...options.texts }
    expect(await find([layer], { ...options, texts })).toEqual([])
  })

  test('is none that an extra may have brought, or the base', async () => {
    expect(await findWith([web, core, pad, installed('tool')])).toEqual([])
    const { entries, texts } = installed('lonely')
    const base = withFolders(...entries)
    expect(await findWith([web, core, pad], '', { base, texts })).toEqual([])
  })

  test('is none where pip marks nothing, as before version 20', async () => {
    expect(await findWith([core, pad, installed('lonely')])).toEqual([])
  })

  test('has the bytes of its RECORD, but for what has a name elsewhere', async () => {
    const lonely = installed('lonely', { files: { 'lonely/data': 3_000_000 } })
    const all = [web, core, pad, lonely]
    expect(await findWith(all)).toEqual(['orphaned-distributions@1 5000000'])
    const linked = lonely.entries
      .filter(({ path }) => path.endsWith('/__init__.py'))
      .map((entry) => linkTo(entry, 'root/cache/x'))
    const layer = withFolders(...all.flatMap(({ entries }) => entries), ...linked)
    expect(await find([layer], { texts: textsOf(all) })).toEqual([
      'orphaned-distributions@1 3000000',
    ])
  })

  test('is required by headers alone, not by what a description says', async () => {
    expect(await findWith([web, core, pad, installed('what-a-description-says')])).toEqual([
      'orphaned-distributions@1 2000000',
    ])
  })

  test('with metadata that lie is nothing, and leads nowhere', async () => {
    const outside = installed('outside', { bytes: 10, files: { '../../../../../../../x': 9e6 } })
    expect(await findWith([web, core, pad, outside])).toEqual([])
    const noise = installed('noise')
    const garbled = Object.fromEntries(
      Object.keys(noise.texts).map((path) => [path, 'Name:\u0001 , no header "at all']),
    )
    expect(await findWith([web, core, pad, noise], '', { texts: garbled })).toEqual([])
  })
})

describe('CUDA', () => {
  const cuda = [
    installed('nvidia-cublas-cu12', { bytes: 60_000_000, module: 'nvidia/cublas' }),
    installed('nvidia-cudnn-cu12', {
      bytes: 70_000_000,
      requires: ['nvidia-cublas-cu12'],
      module: 'nvidia/cudnn',
    }),
    installed('triton', { bytes: 20_000_000 }),
  ]
  const needs = ['nvidia-cublas-cu12==1; platform_system == "Linux"', 'nvidia-cudnn-cu12', 'triton']
  const torch = (version: string, requires: readonly string[] = []) =>
    installed('torch', { version, requires, isRequested: true })
  const uses = 'import torch, jax'

  test('beside a torch for CPUs belongs to nobody', async () => {
    expect(await findWith([torch('2.4.0+cpu'), ...cuda], uses)).toEqual([
      'cuda-orphaned@1 150000000',
    ])
  })

  test.each<[string, readonly Installed[], Options]>([
    ['a torch that needs it', [torch('2.4.0', needs), ...cuda], {}],
    ['a torch for a CUDA', [torch('2.4.0+cu121', needs), ...cuda], {}],
    ['a torch for CPUs alone', [torch('2.4.0+cpu')], {}],
    [
      'another program that needs it',
      [torch('2.4.0+cpu'), installed('jax', { isRequested: true, requires: needs }), ...cuda],
      {},
    ],
    [
      'a name in the Dockerfile',
      [torch('2.4.0+cpu'), ...cuda],
      { background: recipe('RUN pip install nvidia-cublas-cu12 nvidia-cudnn-cu12 triton') },
    ],
    ['what only asks a driver', [torch('2.4.0+cpu'), installed('nvidia-ml-py')], {}],
  ])('is not orphaned beside %s', async (_, all, options) => {
    const found = await findWith(all, uses, options)
    expect(found.filter((each) => each.startsWith('cuda'))).toEqual([])
  })

  test('is not used where no pod asks for a GPU, and only where manifests say so', async () => {
    const all = [torch('2.4.0', needs), ...cuda]
    const of = (asksForGpu: boolean | undefined) =>
      findWith(all, uses, { background: { asksForGpu } })
    expect(await of(false)).toEqual(['cuda-unused@1 150000000'])
    expect(await of(true)).toEqual([])
    expect(await of(undefined)).toEqual([])
  })

  const fixOf = async (all: readonly Installed[], options: Options = {}) => {
    const layer = withFolders(...all.flatMap(({ entries }) => entries))
    const found = await findIn([layer], { texts: textsOf(all), ...options })
    return found.find(({ rule }) => rule.id.startsWith('cuda'))?.fix
  }
  const pods = { background: { asksForGpu: false } }

  test('goes with the build for CPUs of torch and of what is built against it', async () => {
    const index = 'pip install --index-url https://download.pytorch.org/whl/cpu'
    const vision = installed('torchvision', { requires: ['torch==2.4.0'], isRequested: true })
    const audio = installed('torchaudio', { requires: ['torch==2.4.0'], isRequested: true })
    const all = [torch('2.4.0', needs), ...cuda]
    expect(await fixOf(all, pods)).toBe(
      `Install torch for CPUs, in a line of its own before the rest: \`${index} torch==VERSION\`. uv takes the index from pyproject.toml, with \`explicit = true\` and each of these in \`tool.uv.sources\`: see docs/image-report.md.`,
    )
    expect(await fixOf([...all, vision], pods)).toContain(
      `Install torch and torchvision for CPUs, in a line of its own before the rest: \`${index} torch==VERSION torchvision==VERSION\``,
    )
    expect(await fixOf([torch('2.4.0+cpu'), ...cuda, vision, audio])).toContain(
      `Install torch, torchvision and torchaudio first, in a line of its own, by \`${index} torch==VERSION torchvision==VERSION torchaudio==VERSION\``,
    )
  })

  test.each<[string, string, readonly string[]]>([
    [
      'xgboost',
      'Install `xgboost-cpu` in place of xgboost, which requires it.',
      ['nvidia-cudnn-cu12; platform_system == "Linux"'],
    ],
    [
      'tensorflow',
      'Install tensorflow without `[and-cuda]`, which requires it.',
      ['nvidia-cublas-cu12; extra == "and-cuda"', 'nvidia-cudnn-cu12; extra == "and-cuda"'],
    ],
    [
      'other-one',
      'Install the build for CPUs of other-one, which requires it, if there is one.',
      ['nvidia-cudnn-cu12'],
    ],
  ])('that %s requires goes without a word of torch', async (name, fix, requires) => {
    const all = [installed(name, { requires, isRequested: true }), ...cuda]
    expect(await fixOf(all, pods)).toBe(fix)
    // A torch that needs none of it is no reason for it either.
    expect(await fixOf([...all, torch('2.4.0+cpu')], pods)).toBe(fix)
  })

  test('that nothing requires is left out, and that of the system begins elsewhere', async () => {
    expect(await fixOf(cuda, pods)).toBe(
      'Leave these distributions out: none of those beside them requires them.',
    )
    const system = withFolders(file('usr/local/cuda-12.1/lib64/libcublas.so.12', 50_000_000))
    const [ours] = await findIn([system], pods)
    expect(ours?.fix).toBe("Leave CUDA's packages out of this line.")
  })

  test('of a name that would be Markdown has the advice of all', async () => {
    const odd = installed('*odd*', { requires: ['nvidia-cudnn-cu12'], isRequested: true })
    const fix = await fixOf([odd, ...cuda], pods)
    expect(fix).toContain('`xgboost-cpu`')
    expect(fix).not.toContain('odd')
  })

  test("of a base is told at the base's line", async () => {
    const base = withFolders(file('usr/local/cuda-12.1/lib64/libcublas.so.12', 50_000_000))
    const location = { file: 'Dockerfile', line: 1 }
    const begun = {
      text: '',
      requirements: [],
      origin: undefined,
      stages: 1,
      order: { early: [], unlinked: [] },
      base: { image: 'x', location },
    }
    const found = await findIn([withFolders()], {
      base,
      background: { asksForGpu: false, recipe: begun },
    })
    expect(found.map(({ rule, bytes, location: at, fix }) => [rule.id, bytes, at, fix])).toEqual([
      ['cuda-unused', 50_000_000, location, 'Begin with an image without CUDA.'],
    ])
    expect(await find([withFolders()], { base })).toEqual([])
  })

  test('is there twice where the system has the same libraries', async () => {
    const all = [
      torch('2.4.0', ['nvidia-cublas-cu12']),
      installed('nvidia-cublas-cu12', {
        bytes: 1,
        module: 'nvidia/cublas/lib',
        files: { 'nvidia/cublas/lib/libcublas.so.12': 60_000_000 },
      }),
    ]
    const of = (path: string) => findWith(all, uses, { base: withFolders(file(path, 50_000_000)) })
    expect(await of('usr/local/cuda-12.1/targets/x/lib/libcublas.so.12.1.3')).toEqual([
      'cuda-twice@1 50000000',
    ])
    expect(await of('usr/lib/x86_64-linux-gnu/libcublas.so.12')).toEqual(['cuda-twice@1 50000000'])
    expect(await of('usr/local/cuda-12.1/targets/x/lib/stubs/libcublas.so')).toEqual([])
    expect(await of('usr/local/cuda-12.1/targets/x/lib/libcudnn.so.9')).toEqual([])
    expect(await of('usr/local/cuda-12.1/bin/nvcc')).toEqual([])
    expect(await of('usr/lib/x86_64-linux-gnu/libssl.so.3')).toEqual([])
  })
})

describe('the same distribution', () => {
  const other = 'opt/venv/lib/python3.12/site-packages'

  test('for two Pythons counts once too often', async () => {
    const first = installed('big-one', { isRequested: true, bytes: 4_000_000 })
    const again = (name: string) =>
      installed(name, { isRequested: true, bytes: 3_000_000, in: other })
    expect(await findWith([first, again('Big.One')])).toEqual(['distribution-twice@1 3000000'])
    expect(await findWith([first, again('big-two')])).toEqual([])
  })

  test('is one of an installer in each environment', async () => {
    const pip = installed('pip', { bytes: 4_000_000 })
    const again = installed('pip', { bytes: 3_000_000, in: other })
    expect(await findWith([pip, again])).toEqual([])
  })

  test('installed over itself by another line is told with what gave way', async () => {
    const old = installed('lib', { isRequested: true, version: '1.0', bytes: 3_000_000 })
    const now = installed('lib', { isRequested: true, version: '2.0', bytes: 4_000_000 })
    const gone = old.entries
      .filter(({ path }) => path.includes('dist-info'))
      .map(({ path }) => whiteout(path))
    const upper = withFolders(...now.entries, ...gone)
    const texts = textsOf([old, now])
    const found = await findIn([withFolders(...old.entries), upper], { texts })
    expect(found.map(({ rule, layer, bytes }) => [rule.id, layer, bytes])).toContainEqual([
      'distribution-replaced',
      2,
      3_000_000,
    ])
    expect(found.map(({ evidence }) => evidence)).toContain('lib 1.0 gives way to 2.0')
    // A copy by chown installs nothing, and of the base only squashing loses it.
    const touched = old.entries.map((entry) => copyOf(entry, { uid: 7 }))
    const chowned = await find([withFolders(...old.entries), withFolders(...touched)], { texts })
    expect(chowned.map((each) => each.replace(/ .*/, ''))).toEqual(['metadata-copies@2'])
    expect(await find([upper], { texts, base: withFolders(...old.entries) })).toEqual([])
  })

  test.each<[string, string, string | undefined]>([
    ['pip install feast pandas', 'pip install "Feast[gcp]==1"', 'feast (layer 2, too)'],
    ['pip install -U pip', 'pip install -U pip', undefined],
    ['pip install feast', '/opt/venv/bin/pip install feast', undefined],
    ['pip install -r feast', 'pip install --target feast x', undefined],
    ['pip install feast-core', 'pip install feast', undefined],
    ['pip install feast', 'pip uninstall -y feast', undefined],
    ['uv pip install feast', 'true && uv pip install feast', 'feast (layer 2, too)'],
  ])('asked for by %j and %j: %s', async (one, another, evidence) => {
    const found = await findIn([withFolders(), withFolders()], {
      instructions: [`RUN ${one}`, `RUN ${another}`],
    })
    expect(found.map((each) => each.evidence)).toEqual(evidence === undefined ? [] : [evidence])
  })
})

describe('a large distribution that no file of the program names', () => {
  const wheel = { isRequested: true, bytes: 30_000_000, module: 'bigone' }
  const big = installed('big-one', wheel)

  test('is a question', async () => {
    expect(await findWith([big], 'import os')).toEqual(['never-imported@1 30000000'])
    const layer = withFolders(...big.entries, file(program, 1))
    const [found] = await findIn([layer], { texts: { ...big.texts, [program]: 'x' } })
    expect(found?.rule).toMatchObject({ level: 'info', isQuestion: true })
  })

  test.each([
    ['import bigone'],
    ['from bigone.x import y'],
    ['importlib.import_module("bigone")'],
    ['run("big-one --fast")'],
  ])('is none with %j', async (text) => {
    expect(await findWith([big], text)).toEqual([])
  })

  test('is none that a command, an entry point or another one may need', async () => {
    const config = { config: { Cmd: ['bigone', 'serve'] } }
    expect(await findWith([big], 'import os', { config })).toEqual([])
    const plugin = installed('big-one', { ...wheel, entryPoints: '[pytest11]\nx = bigone:x\n' })
    expect(await findWith([plugin], 'import os')).toEqual([])
    const script = installed('big-one', { ...wheel, entryPoints: '[console_scripts]\nx = y:z\n' })
    expect(await findWith([script], 'import os')).toEqual(['never-imported@1 30000000'])
    const required = installed('web', { isRequested: true, requires: ['big-one'] })
    expect(await findWith([big, required], 'import os')).toEqual([])
  })

  test('is none where there is no program in Python to ask', async () => {
    expect(await find([withFolders(...big.entries)], { texts: big.texts })).toEqual([])
    const library = file(`${site}/other.py`, 10)
    expect(await find([withFolders(...big.entries, library)], { texts: big.texts })).toEqual([])
  })
})
