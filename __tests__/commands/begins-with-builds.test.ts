import { expect, test } from 'vitest'
import { beginsWithBuilds } from '../../src/commands/run.ts'
import { noFiles } from '../../src/facts/find-files.ts'
import { foundFacts } from '../support/found.ts'
import { imageOf, targetOf } from '../support/outcomes.ts'

const targets = [targetOf('api')]
const image = imageOf('db:1')
const [pulls, images] = [image.references, [image]]
const files = [{}] as unknown as typeof noFiles.files
const archived = [{}] as unknown as typeof foundFacts.archived

test.each([
  ['all is built', { targets }, true],
  ['nothing is built', { images }, false],
  ['an image is there', { targets, images }, false],
  ['an image is pulled', { targets, pulls }, false],
  ['an image is in an archive', { targets, archived }, false],
  ['nodes get files', { targets, nodeFiles: { ...noFiles, files } }, false],
] as const)('%s', (_, facts, begins) => {
  expect(beginsWithBuilds({ ...foundFacts, ...facts })).toBe(begins)
})
