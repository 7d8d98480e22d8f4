/**
 * Draws a step's summary as GitHub shows it, light and dark, into docs/summary-*.png:
 * `node script/summary-picture.ts SUMMARY.md`, with Chromium on the machine. The summary is a real step's:
 * `node __tests__/support/runner/cli.ts . --summary-to SUMMARY.md ...`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createMarkdownRenderer } from 'vitepress'

const themes = {
  light: { text: '#1f2328', ground: '#ffffff', line: '#d1d9e0', stripe: '#f6f8fa' },
  dark: { text: '#f0f6fc', ground: '#0d1117', line: '#3d444d', stripe: '#151b23' },
} as const

const renderPage = (
  body: string,
  { text, ground, line, stripe }: (typeof themes)['light' | 'dark'],
) => `
<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 16px 24px; color: ${text}; background: ${ground};
  font: 14px/1.5 "Liberation Sans", "DejaVu Sans", sans-serif, "Noto Color Emoji" }
h3 { margin: 0 0 12px; font-size: 18px } .header-anchor { display: none }
table { border-collapse: collapse; margin-bottom: 16px }
th, td { padding: 5px 12px; border: 1px solid ${line} }
tr:nth-child(2n) { background: ${stripe} }
</style>${body}`

const draw = async (file: string): Promise<void> => {
  const markdown = await createMarkdownRenderer('.')
  // The timeline is folded, and GitHub draws it.
  const summary = readFileSync(file, 'utf8').replace(/```mermaid[\s\S]*?```/, '')
  const body = markdown.render(summary)
  const folder = mkdtempSync(join(tmpdir(), 'summary-picture-'))
  for (const [theme, colours] of Object.entries(themes)) {
    const page = join(folder, `${theme}.html`)
    writeFileSync(page, renderPage(body, colours))
    execFileSync('chromium', [
      ...['--headless', '--no-sandbox', '--hide-scrollbars', '--window-size=860,420'],
      ...[
        '--force-device-scale-factor=1.5',
        `--screenshot=${resolve(`docs/summary-${theme}.png`)}`,
      ],
      page,
    ])
  }
  rmSync(folder, { recursive: true })
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node script/summary-picture.ts SUMMARY.md')
process.chdir(new URL('..', import.meta.url).pathname)
await draw(resolve(file))
