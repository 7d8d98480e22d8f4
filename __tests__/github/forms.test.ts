import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

type Field = { readonly type: string; readonly id?: string; readonly attributes: unknown }

const forms = globSync('.github/ISSUE_TEMPLATE/*.yml')
  .sort()
  .filter((path) => !path.endsWith('config.yml'))

// GitHub leaves out a form that breaks its rules, and tells nobody but who looks at the file.
test.each(forms)('%s is a form that GitHub shows', (path) => {
  const form = parse(readFileSync(path, 'utf8')) as { readonly body: readonly Field[] }
  expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) })
  const asked = form.body.filter(({ type }) => type !== 'markdown')
  expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
  for (const { type, attributes } of asked) {
    expect(['textarea', 'input', 'dropdown', 'checkboxes']).toContain(type)
    expect(attributes).toMatchObject({ label: expect.any(String) })
    if (type === 'dropdown') expect(attributes).toMatchObject({ options: expect.any(Array) })
  }
})

test('there is a form for bugs and one for features', () => {
  expect(forms).toEqual([expect.stringContaining('bug'), expect.stringContaining('feature')])
})
