import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const action = parse(readFileSync('action.yml', 'utf8'))
const release = readFileSync('.github/workflows/release.yml', 'utf8')

test('the version has its chapter in the changelog, which becomes the notes of its release', () => {
  const [, program = ''] = /'\n( +\/\^## \/[\s\S]*?)'/.exec(release) ?? []
  const args = ['-v', `title=## [${version}]`, program, 'CHANGELOG.md']
  const notes = execFileSync('awk', args, { encoding: 'utf8' })
  expect(notes.trim()).toMatch(/^### Added\n/)
  expect(notes).not.toContain('\n## ')
})

// https://docs.github.com/en/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace
test('action.yml is what the Marketplace takes', () => {
  expect(action).toMatchObject({
    name: 'Slipway',
    author: expect.any(String),
    branding: { icon: 'anchor', color: 'blue' },
  })
  expect(action.description.length).toBeLessThanOrEqual(125)
})

test('nobody publishes by pushing a tag alone', () => {
  const { jobs } = parse(release)
  expect(jobs.publish).toMatchObject({ needs: 'draft', environment: 'release' })
  expect(JSON.stringify(jobs.draft)).not.toContain('--draft=false')
})
