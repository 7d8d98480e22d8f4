import type { Weight } from '../../image/tree.ts'
import type { Spread } from '../../measure/statistics.ts'
import { formatBytes, formatCount } from '../../report/units.ts'
import type { Bar, Key } from './judge.ts'
import {
  atLeastTimesFaster,
  atMostBytes,
  atMostSeconds,
  growsAtMost,
  nearTheLimit,
} from './kinds.ts'

/** The weights that bars are about. */
export type Weights = {
  readonly main: Weight
  /** A quarter of the bytes in as many files. */
  readonly light: Weight
  /** The light one in as many layers as the classic store takes. */
  readonly layered: Weight
  readonly containerd: Weight
  /** The same in the 127 layers that only this store takes. */
  readonly containerdLayered: Weight
}

const describe = ({ bytes, files, layers }: Weight): string =>
  [formatBytes(bytes), formatCount(files, 'file'), formatCount(layers, 'layer')].join(', ')

const kindFor = (more: string, less: string) =>
  ({ called: 'kind', more: [more, 'kind'], less: [less, 'kind'] }) as const

const isAtMost3SecondsMore = (more: Spread, less: Spread): boolean =>
  more.median <= less.median + 3_000

/** Every line of the table, in its order. */
export const planBars = (weights: Weights): readonly Bar[] => {
  const { main, light, layered, containerd, containerdLayered } = weights
  const action: Key = ['main', 'action']
  const image = main.bytes
  return [
    atLeastTimesFaster({ name: 'load', measure: `${describe(main)}, fresh node` }, 40, action, [
      'main',
      'kind',
    ]),
    nearTheLimit({ name: 'limit', measure: 'the same' }, 0.3, action, ['main', 'limit']),
    growsAtMost(
      {
        name: 'bytes',
        measure: `4 times the bytes: ${formatBytes(main.bytes)} against ${formatBytes(light.bytes)}`,
        bar: 'at most 10% more time',
      },
      { more: action, less: ['light', 'action'], beside: kindFor('main', 'light') },
      (more, less) => more.median <= 1.1 * less.median,
    ),
    growsAtMost(
      {
        name: 'nodes',
        measure: `4 nodes against 1, ${formatBytes(light.bytes)}`,
        bar: 'at most 2.2 times the time',
      },
      {
        more: ['light-4-nodes', 'action'],
        less: ['light', 'action'],
        beside: kindFor('light-4-nodes', 'light'),
      },
      (more, less) => more.median <= 2.2 * less.median,
    ),
    growsAtMost(
      {
        name: 'layers',
        measure: `${layered.layers} layers against ${light.layers}, ${formatBytes(light.bytes)}`,
        bar: 'at most 3 s more',
      },
      { more: ['layered', 'action'], less: ['light', 'action'] },
      isAtMost3SecondsMore,
    ),
    growsAtMost(
      {
        name: 'layers-containerd',
        measure: `${containerdLayered.layers} layers against ${containerd.layers}, containerd store, ${formatBytes(containerd.bytes)}`,
        bar: 'at most 3 s more',
      },
      { more: ['containerd-layered', 'action'], less: ['containerd', 'action'] },
      isAtMost3SecondsMore,
    ),
    atMostSeconds({ name: 'unchanged', measure: 'image unchanged' }, 0.25, ['main', 'unchanged']),
    atMostSeconds({ name: 'changed', measure: 'last layer of 1 MB changed' }, 0.5, [
      'main',
      'changed',
    ]),
    atMostBytes(
      {
        name: 'disk',
        measure: 'extra disk, peak and after',
        bar: 'at most 0.5% of the image plus 8 MB',
      },
      0.005 * image + 8_000_000,
      action,
      ({ peakBytes, afterBytes }) => [peakBytes, afterBytes],
    ),
    atLeastTimesFaster(
      { name: 'copy', measure: `copy to another filesystem, ${formatBytes(image)}` },
      3,
      ['apart', 'copy'],
      ['apart', 'kind-apart'],
    ),
    atMostBytes(
      {
        name: 'copy-disk',
        measure: 'copy: extra disk at peak',
        bar: 'at most 1.05 times the image',
      },
      1.05 * image,
      ['apart', 'copy'],
      ({ peakBytes }) => [peakBytes],
    ),
    atLeastTimesFaster(
      { name: 'stream', measure: `stream, ${formatBytes(image)}` },
      1,
      ['main', 'stream'],
      ['main', 'save-import'],
      '`docker save | ctr images import`',
    ),
    atMostBytes(
      {
        name: 'stream-disk',
        measure: 'stream: extra disk of ours at peak',
        bar: 'at most 1.05 times the image',
      },
      1.05 * image,
      ['main', 'stream'],
      ({ ownPeakBytes }) => [ownPeakBytes],
    ),
    atMostBytes(
      {
        name: 'stream-changed',
        measure: 'stream, last layer of 1 MB changed: bytes into the node',
        bar: 'at most 2 MB',
      },
      2_000_000,
      ['main', 'stream-changed'],
      ({ copiedBytes }) => [copiedBytes],
    ),
    atLeastTimesFaster(
      { name: 'containerd', measure: `containerd store, ${describe(containerd)}` },
      12,
      ['containerd', 'action'],
      ['containerd', 'kind'],
    ),
    atMostBytes(
      {
        name: 'memory',
        measure: `memory of the action's process while it streams ${formatBytes(image)}`,
        bar: 'at most 120 MB',
      },
      120_000_000,
      ['main', 'stream'],
      ({ memoryBytes }) => [memoryBytes],
    ),
  ]
}
