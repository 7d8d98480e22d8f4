import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { createMarkdownRenderer } from 'vitepress'
import { expect, test } from 'vitest'
import config from '../../docs/.vitepress/config.ts'

const rewrites = config.rewrites as Readonly<Record<string, string>>
const sources = globSync('**/*.md', { cwd: 'docs' })

/** Where the site has a page, without its ending, as a link says it. */
const toPage = (source: string): string =>
  `/${rewrites[source] ?? source}`.replace(/\.md$/, '').replace(/\/index$/, '/')

const pages = new Set(sources.map(toPage))

test('the sidebar leads to pages', () => {
  const chapters = config.themeConfig?.sidebar as readonly {
    readonly items: readonly { readonly link: string }[]
  }[]
  const links = chapters.flatMap(({ items }) => items.map(({ link }) => link))
  expect(links).toContain('/findings/')
  expect(links.filter((link) => !pages.has(link))).toEqual([])
})

test("links between pages lead to pages, and all others to the repository's files", async () => {
  // Colours of code are slow, and no links.
  const highlight = (text: string): string => text
  const renderer = await createMarkdownRenderer('docs', { ...config.markdown, highlight }, '/')
  const links = sources.flatMap((source) => {
    const relativePath = rewrites[source] ?? source
    const env = { path: join('docs', relativePath), relativePath, cleanUrls: true }
    const html = renderer.render(readFileSync(join('docs', source), 'utf8'), env)
    return [...html.matchAll(/<a href="([^"#]+)/g)].map(([, href = '']) => ({ source, href }))
  })
  expect(links).toContainEqual({ source: 'findings/cache-apt.md', href: './' })
  const isBroken = ({ source, href }: (typeof links)[number]): boolean => {
    const [, file] = /^https:\/\/github\.com\/OWNER\/slipway\/blob\/v1\/(.*)$/.exec(href) ?? []
    if (file !== undefined) return file.startsWith('docs/') || !existsSync(file)
    return !/^[a-z]+:/.test(href) && !pages.has(posix.join('/', posix.dirname(source), href))
  }
  expect(links.filter(isBroken)).toEqual([])
})
