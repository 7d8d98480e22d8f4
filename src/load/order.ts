import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { snapshotterRoot, toHostPath } from './plan-way.ts'

/** What the helper container is told: one mount, and lines for its standard input. */
export type HelperOrder = {
  /** The one folder of the daemon's host that holds the layers and the nodes' volumes. */
  readonly mountedFolder: string
  readonly lines: string
}

/** Where the helper sees {@link HelperOrder.mountedFolder}. */
export const mountPoint = '/slipway'

/** The deepest folder that holds all the paths. */
export const commonFolder = (paths: readonly string[]): string => {
  const [first = '', ...others] = paths
  const parts = first.split('/')
  const isShared = (length: number): boolean => {
    const prefix = `${parts.slice(0, length).join('/')}/`
    return others.every((path) => `${path}/`.startsWith(prefix))
  }
  let length = parts.length
  while (length > 1 && !isShared(length)) length -= 1
  return parts.slice(0, length).join('/') || '/'
}

const storeFile = (engine: Engine, ...parts: readonly string[]): string =>
  [engine.dataRoot, 'image', engine.driver, ...parts].join('/')

const toHex = (digest: string): string => digest.replace(/^sha256:/, '')

/**
 * Writes the order for one image and nodes that can all take links.
 *
 * @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
 */
export const toHelperOrder = (
  engine: Engine,
  image: LocalImage,
  nodes: readonly KindNode[],
  runId: string,
  deadlineMs: number,
): HelperOrder | string => {
  if (image.layers.some(({ folder }) => folder === undefined)) {
    return "Docker does not say where the image's layers are"
  }
  const roots = nodes.map((node) => toHostPath(node, snapshotterRoot) ?? '')
  const folders = image.layers.map(({ folder }) => folder ?? '')
  const mountedFolder = commonFolder([engine.dataRoot, ...roots, ...folders])
  const inside = (path: string): string =>
    mountedFolder === '/'
      ? `${mountPoint}${path}`
      : `${mountPoint}${path.slice(mountedFolder.length)}`
  const config = storeFile(engine, 'imagedb/content/sha256', toHex(image.id))
  const rows: readonly (readonly string[])[] = [
    ['run', runId],
    ['deadline', String(Math.ceil(deadlineMs / 1_000))],
    ['config', inside(config)],
    ...image.references.map(({ canonical }) => ['name', canonical]),
    ...nodes.map((node, index) => [
      'node',
      node.name,
      String(node.pid),
      inside(roots[index] ?? ''),
    ]),
    ...image.layers.map(({ diffId, chainId, folder = '' }) => {
      const size = storeFile(engine, 'layerdb/sha256', toHex(chainId), 'size')
      return ['layer', diffId, chainId, inside(folder), inside(size)]
    }),
    ['go'],
  ]
  return { mountedFolder, lines: `${rows.map((row) => row.join('\t')).join('\n')}\n` }
}
