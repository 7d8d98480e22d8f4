import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findingPages } from '../../script/docs.d/findings/all.ts'
import type { Sample } from '../../script/docs.d/findings/page.ts'
import { findUnpaired, renderFindings } from '../../script/docs.d/render-findings.ts'
import { catalog } from '../../src/analysis/findings/catalog.ts'
import { folderRules } from '../../src/analysis/findings/folders.ts'
import { parseInstructions } from '../../src/build/dockerfile/instructions.ts'
import { readOrder } from '../../src/build/dockerfile/order.ts'
import { findRoot } from '../../src/build/dockerfile/stages.ts'
import { findIn, withFolders } from '../support/findings.ts'

const read = (path: string): string => readFileSync(path, 'utf8')
const ids = catalog.map(({ id }) => id)
const rendered = renderFindings(catalog, findingPages)

const never = (): never => {
  throw new Error('there are no pages')
}

test('each rule has a page and each page a rule', () => {
  expect(findUnpaired(catalog, findingPages)).toEqual([])
})

test('a rule without a page is told, and a page without a rule', () => {
  const [[id, page] = never()] = Object.entries(findingPages)
  expect(findUnpaired([{ id }, { id: 'new' }], { [id]: page, old: page })).toEqual([
    'The rule new has no page: write one in script/docs.d/findings/.',
    'script/docs.d/findings/ has a page for old, which is no rule.',
  ])
})

test('docs/findings has a page for each rule, an index, and nothing else', () => {
  const files = globSync('docs/findings/*').map((path) => basename(path))
  expect(files.toSorted()).toEqual(['README.md', ...ids.map((id) => `${id}.md`)].toSorted())
  for (const file of files) expect(read(`docs/findings/${file}`)).toBe(rendered.get(file))
})

test('the table of the image report and the index link to all pages', () => {
  const linked = (text: string): readonly (string | undefined)[] =>
    [...text.matchAll(/\[`([\w-]+)`\]\((?:findings\/)?\1\.md\)/g)].map(([, id]) => id)
  expect(linked(read('docs/image-report.md'))).toEqual(ids)
  expect(linked(read('docs/findings/README.md')).toSorted()).toEqual(ids.toSorted())
})

const dockerfilesOf = (samples: readonly Sample[]): readonly string[] =>
  samples.flatMap(({ language, text }) => (language === 'dockerfile' ? [text] : []))

const keywords =
  /^(?:add|arg|cmd|copy|entrypoint|env|expose|from|label|run|shell|stopsignal|user|volume|workdir)$/

/** Stages that lines take something from and that are neither in the Dockerfile nor an image. */
const findUnknownStages = (text: string): readonly string[] => {
  const { instructions } = parseInstructions(text)
  const stages = instructions.flatMap(({ keyword, rest }) =>
    keyword === 'from' ? (/\sAS\s+(\S+)$/i.exec(rest)?.[1] ?? []) : [],
  )
  const used = [...text.matchAll(/(?:--|,)from=([^\s,]+)/g)].map(([, name = '']) => name)
  return used.filter((name) => !stages.includes(name) && !/[/:]/.test(name))
}

/** Rules that need no more than the Dockerfile. */
const ofDockerfiles = [
  'build-base',
  'full-python-base',
  'copied-before-install',
  'distribution-asked-twice',
]

const words = { args: {}, target: undefined, contexts: [], platform: 'linux/amd64' }

/** What the rules say of an image of such a Dockerfile in which nothing else is wrong. */
const findInDockerfile = async (text: string): Promise<readonly string[]> => {
  const { instructions } = parseInstructions(text)
  const last = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'from'))
  const own = last.filter(({ keyword }) => /^(?:add|copy|run)$/.test(keyword))
  const { stages, root } = findRoot(text, words)
  const base = root && { image: root.image, location: undefined }
  const recipe = { text, requirements: [], origin: undefined, stages, order: readOrder(text), base }
  const found = await findIn(
    own.map(() => withFolders()),
    {
      background: { recipe },
      instructions: own.map(({ keyword, rest }) => `${keyword.toUpperCase()} ${rest}`),
      lines: own.map(({ line }) => line),
    },
  )
  return found.map(({ rule }) => rule.id)
}

describe.each(Object.entries(findingPages))('%s', (id, { before, after }) => {
  test('its page is short', () => {
    const lines = rendered.get(`${id}.md`)?.split('\n').length ?? 0
    expect(lines).toBeGreaterThanOrEqual(15)
    expect(lines).toBeLessThanOrEqual(60)
  })

  test('before and after differ, and each of their Dockerfiles is a whole one', () => {
    expect(after).not.toEqual(before)
    for (const text of dockerfilesOf([...before, ...after])) {
      const { instructions } = parseInstructions(text)
      expect(instructions[0]?.keyword).toBe('from')
      for (const { keyword } of instructions) expect(keyword).toMatch(keywords)
      expect(findUnknownStages(text)).toEqual([])
      expect(text).toMatch(/[^\\]\n$/)
    }
  })

  test('no rule that reads Dockerfiles has a word on what it recommends', async () => {
    for (const text of dockerfilesOf(after)) expect(await findInDockerfile(text)).toEqual([])
    const found = await Promise.all(dockerfilesOf(before).map(findInDockerfile))
    if (ofDockerfiles.includes(id)) expect(found.flat()).toEqual([id])
  })
})

const mountsOf = (samples: readonly Sample[]): readonly string[] =>
  dockerfilesOf(samples)
    .flatMap((text) => [...text.matchAll(/--mount=type=cache,target=([^\s,]+)/g)])
    .map(([, target = '']) => target)

test('what the pages of caches mount is what their rules look for', () => {
  const pages = folderRules.flatMap((rule) => {
    const page = rule.id.startsWith('cache-') ? findingPages[rule.id] : undefined
    return page === undefined ? [] : mountsOf(page.after).map((target) => ({ rule, target }))
  })
  expect(pages.length).toBeGreaterThan(8)
  for (const { rule, target } of pages) {
    const folders = [target, `${target}/_cacache`].map((path) => path.slice(1))
    expect
      .soft(
        folders.some((path) => rule.folder.test(path)),
        `${rule.id}: ${target}`,
      )
      .toBe(true)
  }
})

test('the page of --link has lines that could be linked before, and none after', () => {
  const { before = [], after = [] } = findingPages['copied-without-link'] ?? {}
  const unlinked = (samples: readonly Sample[]) =>
    dockerfilesOf(samples).flatMap((text) => readOrder(text).unlinked)
  expect(unlinked(before)).not.toEqual([])
  expect(unlinked(after)).toEqual([])
})
