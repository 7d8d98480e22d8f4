import { expect, test } from 'vitest'
import { toBuildFiles } from '../../src/build/build-image.ts'
import { targetOf } from '../support/outcomes.ts'

test('no two targets share a file, whatever they are called', () => {
  const names = ['api', 'bake-api', 'api-metadata', 'metadata-api', 'metadata', 'bake']
  const files = names.flatMap((name) => {
    const { bake, ...target } = targetOf(name)
    return Object.values(
      toBuildFiles({ target: { ...target, bake: { ...bake, name } }, tempDir: '/run' }),
    )
  })
  expect(new Set(files).size).toBe(2 * names.length)
})
