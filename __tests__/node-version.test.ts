import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findNodeProblem } from '../src/node-version.ts'

test('a Node.js that is too old is one line', () => {
  expect(findNodeProblem('20.20.2', 'linux')).toMatch(/needs Node\.js 22 or newer.*20\.20\.2/)
  expect(findNodeProblem('24.1.0', 'linux')).toBeUndefined()
})

test.each(['darwin', 'win32'])('%s is one line', (platform) => {
  expect(findNodeProblem('24.1.0', platform)).toMatch(/works on Linux.*runs-on: ubuntu-latest/)
})

test.each(['main', 'post'])('dist/%s.js imports nothing else before it has looked', (entry) => {
  const bundle = readFileSync(`dist/${entry}.js`, 'utf8')
  const imports = [...bundle.matchAll(/^import .* from "(.*)"/gm)].map(([, from]) => from)
  expect(imports).toEqual(['./shared.main.post.js'])
  const shared = readFileSync('dist/shared.main.post.js', 'utf8')
  expect(shared).not.toMatch(/\bimport\b/)
  expect(shared).toContain('findNodeProblem')
  expect(bundle).toMatch(/await import\("\.\/actions-/)
})
