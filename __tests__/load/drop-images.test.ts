import { expect, test } from 'vitest'
import type { Docker } from '../../src/docker/docker.ts'
import type { Get } from '../../src/docker/engine-api.ts'
import { toReferences } from '../../src/image/reference.ts'
import { dropImages, planDropping } from '../../src/load/drop-images.ts'
import type { ImageLoad } from '../../src/load/task.ts'

const id = `sha256:${'a'.repeat(64)}`
const other = `sha256:${'b'.repeat(64)}`
const image = { id, references: toReferences(['api:1', 'api:2']) }
const loaded = [{ image, nodes: [{ way: 'stream' }] }] as unknown as readonly ImageLoad[]

/** A daemon with containers of images, and what is told and removed. */
const drop = async (containers: readonly string[], named = id) => {
  const asked: string[] = []
  const get = async (path: string) => {
    const { pathname, searchParams } = new URL(path, 'http://docker')
    if (pathname !== '/containers/json') return { Id: named }
    asked.push(`${searchParams.get('all')} ${searchParams.get('filters')}`)
    return containers.map((ImageID) => ({ ImageID }))
  }
  const removed: string[] = []
  // As while an image is loaded: a name of the run's own is left, so Docker does not refuse.
  const docker = {
    try: async ([, name = '']: readonly string[]) => ({ code: removed.push(name) && 0 }),
  } as unknown as Docker
  const lines: string[] = []
  await dropImages(docker, get as Get, planDropping(loaded, 'auto'), (text) => lines.push(text))
  return { asked, removed, lines }
}

test('names of an image that a container uses stay, also where it has one more', async () => {
  const { asked, removed, lines } = await drop([other, id])
  expect(asked[0]).toBe(`true {"ancestor":["${id}"]}`)
  expect(removed).toEqual([])
  expect(lines).toEqual(['Docker keeps api:1: it is in use.', 'Docker keeps api:2: it is in use.'])
})

test('names go that no container uses, be there containers of images upon it', async () => {
  const { removed, lines } = await drop([other])
  expect(removed).toEqual(['api:1', 'api:2'])
  expect(lines).toEqual(['Removed api:1 from Docker.', 'Removed api:2 from Docker.'])
})

test('a name that somebody has given to another image stays', async () => {
  const { asked, removed, lines } = await drop([], other)
  expect([asked, removed]).toEqual([[], []])
  expect(lines[0]).toBe('Docker keeps api:1: it names another image now.')
})
