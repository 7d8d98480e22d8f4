import { expect, test } from 'vitest'
import { toChainIds } from '../../../src/image/image.ts'
import { toContainerImage } from '../../../src/image/sources/docker.ts'

const diff = (letter: string): string => `sha256:${letter.repeat(64)}`

test('chain IDs are those of the OCI image specification', () => {
  // printf 'sha256:aaa... sha256:bbb...' | sha256sum
  expect(toChainIds([diff('a'), diff('b'), diff('c')])).toEqual([
    diff('a'),
    'sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c',
    'sha256:c1377126441fb2f5ec2c21ae2a60255331d639e830f0ee1b40a36e52d4c40588',
  ])
})

const inspected = {
  Id: diff('1'),
  Size: 5,
  Os: 'linux',
  Architecture: 'amd64',
  RootFS: { Layers: [diff('a'), diff('b'), diff('c')] },
  GraphDriver: { Data: { UpperDir: '/d/c', LowerDir: '/d/b:/d/a' } },
}

test('every layer finds its folder, lowest first', () => {
  const { layers } = toContainerImage(inspected, [])
  expect(layers.map(({ folder }) => folder)).toEqual(['/d/a', '/d/b', '/d/c'])
})

test('where folders and layers do not match up, none is believed', () => {
  const data = { UpperDir: '/d/c', LowerDir: '/d/b' }
  const { layers } = toContainerImage({ ...inspected, GraphDriver: { Data: data } }, [])
  expect(layers.map(({ folder }) => folder)).toEqual([undefined, undefined, undefined])
  expect(
    toContainerImage({ ...inspected, GraphDriver: { Data: null } }, []).layers[0]?.folder,
  ).toBeUndefined()
})
