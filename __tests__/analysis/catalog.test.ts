import { expect, test } from 'vitest'
import { catalog } from '../../src/analysis/findings/catalog.ts'

test('each rule has a name of its own, and a text that fits into a cell of Markdown', () => {
  expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length)
  for (const { what, fix, doubt = '' } of catalog) {
    const plain = [what, fix, doubt].join('').replaceAll(/`[^`|]*`/g, '')
    expect(plain).not.toMatch(/[|<>\n`]|__/)
    expect(fix).toMatch(/^[A-Z].*\.$/)
    expect(what).not.toMatch(/\.$/)
  }
})
