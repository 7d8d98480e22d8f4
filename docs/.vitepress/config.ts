import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { defineConfig } from 'vitepress'

const source = 'https://github.com/OWNER/slipway/blob/v1/'

/** A heading's anchor as GitHub makes it, so that a link leads to the same place there and here. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

/** GitHub shows a folder's README where a site has its index. */
const toLink = (path: string): string => path.replace(/(^|\/)README$/, '$1')

/** The index of all pages, which GitHub shows as docs/README.md, says what is in the sidebar. */
const readSidebar = () => {
  const [, ...chapters] = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split(
    '\n## ',
  )
  return chapters.map((chapter) => ({
    text: chapter.split('\n')[0] ?? '',
    items: [...chapter.matchAll(/^- \[(.*)\]\((.*)\.md\)$/gm)].map(([, text = '', page]) => ({
      text,
      link: toLink(`/${page}`),
    })),
  }))
}

export default defineConfig({
  title: 'Slipway',
  description: 'Build images with private dependencies and load them into kind, in one step.',
  outDir: '../.site',
  cleanUrls: true,
  rewrites: { 'README.md': 'index.md', 'findings/README.md': 'findings/index.md' },
  markdown: {
    anchor: { slugify: toAnchor },
    config: (md) => {
      // Vue would take `{{ }}` in code for its own.
      const inline = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (...args) =>
        inline?.(...args).replace('<code', '<code v-pre') ?? ''
      // What is not below docs/ is on GitHub alone.
      md.core.ruler.push('outside', ({ tokens, env }) => {
        const folder = posix.dirname(`docs/${env.relativePath ?? ''}`)
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const target = token.attrGet('href') ?? ''
          const path = posix.join(folder, target)
          if (token.type !== 'link_open') continue
          if (/^\.\.?\//.test(target) && !path.startsWith('docs/'))
            token.attrSet('href', source + path)
          else if (/^(?:[\w-]+\/)?README\.md$/.test(target))
            token.attrSet('href', target.replace('README', 'index'))
        }
      })
    },
  },
  themeConfig: {
    sidebar: readSidebar(),
    search: { provider: 'local' },
    outline: [2, 3],
    docFooter: { prev: false, next: false },
  },
})
