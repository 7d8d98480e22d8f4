import { describe, expect, test } from 'vitest'
import { findCopied } from '../../src/analysis/findings/copied-from.ts'
import type { Recipe } from '../../src/image/background.ts'
import { isLike } from '../../src/text/wildcard.ts'
import { file } from '../support/entries.ts'
import { findIn, withFolders } from '../support/findings.ts'

const recipe = (folder = '', lfs: readonly string[] = [], text = ''): Recipe => ({
  text,
  requirements: [],
  origin: { folder, lfs },
  stages: 2,
  order: { early: [], unlinked: [] },
  base: undefined,
})

const large = (path: string) => file(path, 200_000_000)

type Case = {
  readonly instruction: string
  readonly files: readonly ReturnType<typeof file>[]
  readonly recipe?: Recipe
}

const fixOf = async ({ instruction, files, recipe: given = recipe() }: Case): Promise<string> => {
  const options = { instructions: [instruction], background: { recipe: given } }
  const found = await findIn([withFolders(...files)], options)
  return found.find(({ rule }) => rule.id === 'model-file')?.fix ?? 'none'
}

const linesOf = async (given: Case): Promise<readonly string[]> =>
  [...(await fixOf(given)).matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)

describe('a model that a line copied', () => {
  test('is a line of node-files, and a mount at its path of the image', async () => {
    const files = [large('opt/models/llama/a.gguf'), file('opt/models/llama/config.json', 9)]
    expect(await fixOf({ instruction: 'COPY models /opt/models', files })).toBe(
      'Leave it out of this line, or write it into .dockerignore. Give the step `node-files` with `models/llama:/var/local/llama`, and mount that `hostPath` in the pod at `/opt/models/llama`, with `readOnly: true` (docs/models.md).',
    )
  })

  test.each<[string, string, Case['files'], readonly string[]]>([
    [
      'a file beside code goes alone',
      'COPY --chown=1:1 --link . /app/',
      [large('app/src/a.onnx'), file('app/src/run.py', 9)],
      ['src/a.onnx:/var/local/a.onnx', '/app/src/a.onnx'],
    ],
    [
      'so does one at the top',
      'COPY . /app',
      [large('app/a.onnx')],
      ['a.onnx:/var/local/a.onnx', '/app/a.onnx'],
    ],
    [
      'a file under another name',
      'ADD ["x/a.onnx", "/m/b.onnx"]',
      [large('m/b.onnx')],
      ['x:/var/local/x', '/m'],
    ],
    [
      'several sources',
      'COPY a.pt b.pt /m/ # buildkit',
      [large('m/b.pt'), file('m/a.pt', 300_000_000)],
      ['a.pt:/var/local/a.pt', 'b.pt:/var/local/b.pt', '/m/a.pt', '/m/b.pt'],
    ],
    [
      'a folder in another one',
      'COPY models /m',
      [large('m/a.pt'), large('m/y/b.pt')],
      ['models:/var/local/models', '/m'],
    ],
    [
      'a folder called as an archive is, which COPY does not unpack',
      'COPY models.tar /m',
      [large('m/a.pt')],
      ['models.tar:/var/local/models.tar', '/m'],
    ],
    [
      'two folders',
      'COPY . /m',
      [large('m/x/a.pt'), large('m/y/b.pt')],
      ['x:/var/local/x', 'y:/var/local/y', '/m/x', '/m/y'],
    ],
  ])('%s', async (_, instruction, files, expected) => {
    const told = await linesOf({ instruction, files })
    expect(told.filter((text) => text.startsWith('/') || text.includes(':/')).toSorted()).toEqual(
      expected.toSorted(),
    )
  })

  test('paths start in the workspace, and Git LFS is asked for what it keeps', async () => {
    const files = [large('m/a.gguf')]
    const instruction = 'COPY weights /m'
    const told = (folder: string, lfs: readonly string[]) =>
      linesOf({ instruction, files, recipe: recipe(folder, lfs) })
    expect(await told('api', [])).toContain('api/weights:/var/local/weights')
    expect(await told('api', ['*.gguf'])).toContain('lfs:api/weights:/var/local/weights')
    expect(await told('api', ['api/weights/**'])).toContain('lfs:api/weights:/var/local/weights')
    expect(await told('api', ['*.bin', 'weights/**'])).toContain('api/weights:/var/local/weights')
  })

  test.each<[string, Case]>([
    ['a RUN', { instruction: 'RUN fetch', files: [large('m/a.gguf')] }],
    ['another stage', { instruction: 'COPY --from=a /m /m', files: [large('m/a.gguf')] }],
    ['a variable', { instruction: 'COPY $MODELS /m', files: [large('m/a.gguf')] }],
    [
      'an archive that is unpacked',
      { instruction: 'ADD model.tar.gz /m/', files: [large('m/model/a.gguf')] },
    ],
    [
      'an archive among others',
      { instruction: 'ADD ["b.bin", "m.TGZ", "/m/"]', files: [large('m/a.gguf')] },
    ],
    [
      'a COPY that keeps folders',
      {
        instruction: 'COPY --link --parents src/models /app/',
        files: [large('app/src/models/a.pt')],
      },
    ],
    ['a pattern', { instruction: 'COPY *.gguf /m/', files: [large('m/a.gguf')] }],
    ['a folder that only the base knows', { instruction: 'COPY m m', files: [large('m/a.gguf')] }],
    [
      'a context that is elsewhere',
      {
        instruction: 'COPY m /m',
        files: [large('m/a.gguf')],
        recipe: { ...recipe(), origin: undefined },
      },
    ],
    ['a name with odd signs', { instruction: 'COPY m /m', files: [large('m/`a`|/x.gguf')] }],
  ])('is told without a line after %s', async (_, given) => {
    const fix = await fixOf(given)
    if (given.recipe?.origin === undefined && given.recipe !== undefined) {
      // Where the checkout has it is for people to see.
      expect(fix).not.toContain('m:/var/local/m')
    }
    expect(fix).toContain('`FOLDER:/var/local/models`')
    expect(fix).not.toContain('|')
  })
})

describe('a pointer of Git LFS', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'
  const fixOfPointer = async (path: string, instruction: string) => {
    const texts = { [path]: pointer }
    const options = { instructions: [instruction], background: { recipe: recipe() }, texts }
    const [found] = await findIn([withFolders(file(path, 130))], options)
    return found?.rule.id === 'lfs-pointer' ? (found.fix ?? 'as for all') : 'none'
  }

  test('in place of a model has its line', async () => {
    const fix = await fixOfPointer('m/a.gguf', 'COPY weights /m')
    expect(fix).toContain('`lfs:weights:/var/local/weights`')
    expect(fix).toContain('at `/m`')
    expect(fix).toContain('`lfs: true`')
  })

  test.each([
    ['m/photo.jpeg', 'COPY weights /m'],
    ['m/a.gguf', 'RUN fetch'],
  ])('%s after %s has none', async (path, instruction) => {
    expect(await fixOfPointer(path, instruction)).toBe('as for all')
  })
})

test('beside code, the file alone is mounted, also where no line is known', async () => {
  const files = [large('app/a.gguf'), file('app/run.py', 1)]
  expect(await fixOf({ instruction: 'RUN fetch', files })).toContain('in the pod at `/app/a.gguf`')
})

test('a WORKDIR of the same stage says where a relative destination is', () => {
  const text = ['FROM a', 'WORKDIR /old', 'FROM b', 'WORKDIR /srv', 'WORKDIR app', 'COPY m m']
  const at = (lines: readonly string[], line: number) =>
    findCopied(
      'srv/app/m/a.gguf',
      {
        instruction: 'COPY m m',
        location: { file: 'Dockerfile', line },
        isBase: false,
        packedBytes: undefined,
      },
      recipe('', [], lines.join('\n')),
    )
  expect(at(text, 6)).toBe('m/a.gguf')
  expect(at(text, 3)).toBeUndefined()
  expect(at(text.with(3, 'WORKDIR $HOME'), 6)).toBeUndefined()
  expect(at(['FROM a', 'WORKDIR /srv/app', 'FROM b', 'COPY m m'], 4)).toBeUndefined()
})

test.each<[string, string, boolean]>([
  ['model.gguf', '*.gguf', true],
  ['model.gguf', '*.bin', false],
  ['models/a/b.bin', 'models/**', true],
  ['a', '?', true],
  ['', '?', false],
  ['', '**', true],
  ['abab', '*ab', true],
  ['aba', '*ab', false],
  ['a*', 'a', false],
  ['a'.repeat(5_000), `${'*a'.repeat(90)}b`, false],
])('%.20s is like %.20s: %s', (text, pattern, expected) => {
  expect(isLike(text, pattern)).toBe(expected)
})
