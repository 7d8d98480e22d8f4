import { expect, test } from 'vitest'
import { toChainIds } from '../../src/image/image.ts'
import { toPresentLayers } from '../../src/load/common-layers.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [
  string,
  string,
  string,
]
const configOf = (...diffIds: readonly string[]): string =>
  JSON.stringify({ rootfs: { diff_ids: diffIds } }, null, 2)

test('the layers of images as far as their snapshots are there', () => {
  const chains = new Set(toChainIds([a, b]))
  expect([...toPresentLayers([configOf(a, b, c)], chains)]).toEqual([a, b])
  // The same layer on top of another one is another snapshot.
  expect([...toPresentLayers([configOf(b, a)], chains)]).toEqual([])
})

test('a layer whose name is no digest would be a file of that name: its image is passed over', () => {
  const planted = '../../../planted'
  const texts = [configOf(planted), configOf(a, planted), configOf(b)]
  expect([...toPresentLayers(texts, new Set([planted, a, b]))]).toEqual([b])
})

test('what is no config is passed over', () => {
  const texts = ['', 'null', '"diff_ids"', '{"rootfs":null}', '{"rootfs":{"diff_ids":"x"}}', '{']
  expect([...toPresentLayers(texts, new Set([a]))]).toEqual([])
})
