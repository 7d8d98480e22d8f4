import { expect, test } from 'vitest'
import { renderForeign } from '../../src/load/foreign.ts'

const image = (architecture: string) => ({
  references: [{ given: 'api:dev', canonical: 'docker.io/library/api:dev' }],
  architecture,
})
const nodes = ['one', 'two'].map((name) => ({ name, architecture: 'amd64' }))

test('an image for another architecture is told with both', () => {
  expect(renderForeign(image('amd64'), nodes)).toBeUndefined()
  expect(renderForeign(image(''), nodes)).toBeUndefined()
  expect(renderForeign(image('arm64'), nodes)).toBe(
    'api:dev is built for arm64, and one, two are amd64: its pods end with "exec format error", unless the machine emulates arm64. Build it with the platform linux/amd64.',
  )
})
