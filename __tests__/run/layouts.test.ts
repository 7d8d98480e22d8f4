import { expect, test } from 'vitest'
import { toLayoutFolder } from '../../src/run/layouts.ts'

/** What is in a run's folder beside the images of its builds; each makes its own anew. */
const own = ['kept', 'pulled', 'restores', 'files', 'cache-mounts', 'probe', 'builds', 'reported-1']

test('no target has a folder that has something else in it', () => {
  const folders = own.map((name) =>
    toLayoutFolder({ layoutDir: '/run' }, { bake: { name } } as unknown as Parameters<
      typeof toLayoutFolder
    >[1]),
  )
  const taken = own.map((name) => `/run/${name}`)
  expect(folders.filter((folder) => taken.includes(folder))).toEqual([])
  expect(new Set(folders).size).toBe(own.length)
})
