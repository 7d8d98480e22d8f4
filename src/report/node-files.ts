import { markdownTable } from 'markdown-table'
import type { FoundFiles } from '../facts/find-files.ts'
import type { Placed } from '../files/place-trees.ts'
import type { Tree } from '../files/sources/source.ts'
import { type FilesVolume, toVolume } from '../files/volumes.ts'
import { escapeCell, formatBytes, formatCount } from '../text/format.ts'
import { outcomesOf, type Report } from './report.ts'

const ways = {
  link: 'linked',
  mount: 'mounted',
  copy: 'copied',
  write: 'copied',
  same: 'unchanged',
  removed: 'removed',
  kept: 'removed once no pod uses it',
} as const

type Way = Placed['way'] | 'unknown'

const placedOf = (report: Report): readonly Placed[] =>
  outcomesOf(report, 'sync-files').flatMap(({ result }) => result?.placed ?? [])

/** What became of one target in each node; what was not even tried is as it was. */
const waysOf = ({ files, nodes, into }: FoundFiles, placed: readonly Placed[], isDone: boolean) =>
  nodes.map(({ name }): readonly [string, Way] => {
    const own = placed.find(({ node, target }) => node === name && target === files.target)
    const isAsked = into.some((node) => node.name === name)
    if (own !== undefined) return [name, own.way]
    return [name, isAsked && !isDone ? 'unknown' : 'same']
  })

/** What its files are called as an image; undefined where they are none, or not yet. */
const imageOf = (report: Report, { files, image }: FoundFiles): string | undefined => {
  const made = outcomesOf(report, 'image-volumes').flatMap(({ result }) => result?.made ?? [])
  const own = made.find(({ target }) => target === files.target)
  return own?.reference ?? image?.reference
}

const renderImage = (report: Report, each: FoundFiles): string => {
  const image = imageOf(report, each)
  const own = outcomesOf(report, 'image-volumes')
    .flatMap(({ result }) => result?.made ?? [])
    .filter(({ target }) => target === each.files.target)
  const bytes = own
    .flatMap(({ nodes }) => nodes)
    .reduce((sum, { copiedBytes }) => sum + copiedBytes, 0)
  return image === undefined
    ? ''
    : `; image ${image}${bytes > 0 ? `, ${formatBytes(bytes)} copied` : ''}`
}

const renderWays = (all: readonly (readonly [string, Way])[]): string => {
  const groups = Map.groupBy(all, ([, way]) => way)
  return [...groups]
    .map(([way, nodes]) => {
      const where =
        groups.size === 1
          ? formatCount(nodes.length, 'node')
          : nodes.map(([name]) => name).join(', ')
      return `${way === 'unknown' ? 'not there' : ways[way]} (${where})`
    })
    .join('; ')
}

/** Which files they are: what the source says, else what was fetched; undefined where neither is known. */
const treeOf = (report: Report, { files: { target }, found }: FoundFiles): Tree | undefined => {
  if (found.kind === 'local') return found.source
  const synced = outcomesOf(report, 'sync-files').flatMap(({ result }) => result ?? [])
  return found.source.tree ?? synced.map(({ trees }) => trees.get(target)).find(Boolean)
}

const countFiles = (tree: Tree | undefined): string =>
  tree === undefined ? '' : formatCount(tree.files.length, 'file')

/** Of the source, which may be a whole image, where nobody knows better. */
const sizeOf = (tree: Tree | undefined, { found }: FoundFiles): number =>
  tree?.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? found.source.sizeBytes

/** A table in Markdown of the files that nodes have beside their images; undefined where there are none. */
export const renderNodeFiles = (
  report: Report,
  files: readonly FoundFiles[],
): string | undefined => {
  const placed = placedOf(report)
  const isDone = outcomesOf(report, 'sync-files').every(({ state }) => state === 'done')
  const rows = files.map((each) => {
    const tree = treeOf(report, each)
    return [
      escapeCell(each.files.target),
      escapeCell(each.files.given.slice(0, 80)),
      formatBytes(sizeOf(tree, each)),
      countFiles(tree),
      escapeCell(renderWays(waysOf(each, placed, isDone)) + renderImage(report, each)),
    ]
  })
  const gone = placed.flatMap(({ node, target, way }) =>
    way === 'removed' || way === 'kept'
      ? [[escapeCell(target), '', '', '', `${ways[way]} (${node})`]]
      : [],
  )
  if (rows.length + gone.length === 0) return undefined
  return markdownTable([['Files', 'From', 'Size', 'Count', 'How'], ...rows, ...gone])
}

/** GitHub's prices for Git LFS, as of November 2026: docs.github.com, "Git LFS billing". */
const lfs = { freeGib: 10, dollarsPerGib: 0.0875 } as const

/** What Git LFS's server had to send, and what GitHub takes for that; undefined where it sent nothing. */
export const renderLfsCharge = (report: Report): string | undefined => {
  const bytes = outcomesOf(report, 'sync-files').reduce(
    (sum, { result }) => sum + (result?.lfsBytes ?? 0),
    0,
  )
  if (bytes === 0) return undefined
  const gib = bytes / 2 ** 30
  const runs = Math.floor(lfs.freeGib / gib)
  const free = `${formatCount(runs, 'such run')} a month ${runs === 1 ? 'is' : 'are'} free`
  const then = `then ${(gib * lfs.dollarsPerGib).toFixed(gib < 0.1 ? 4 : 2)} dollars each`
  return `Git LFS sent ${formatBytes(bytes)}, which GitHub counts on the repository's owner: on the Free plan ${free}, ${then}. With node-files-cache: true later runs fetch only what changed.`
}

/** `2 paths unchanged`, `2 paths put into nodes, 1.2 GB copied`; undefined where there are none. */
export const renderFilesVerdict = (
  report: Report,
  files: readonly FoundFiles[],
): string | undefined => {
  const outcomes = outcomesOf(report, 'sync-files')
  if (files.length === 0 && outcomes.length === 0) return undefined
  const paths = formatCount(files.length, 'path')
  if (outcomes.length === 0) return `${paths} unchanged`
  if (outcomes.some(({ state }) => state !== 'done')) return `${paths} not in the nodes`
  const copied = outcomes.reduce((sum, { result }) => sum + (result?.copiedBytes ?? 0), 0)
  return `${paths} in the nodes, ${formatBytes(copied)} copied`
}

/** What the output `volumes` says. */
export const toVolumes = (report: Report, all: readonly FoundFiles[]): readonly FilesVolume[] =>
  all.map((one) => {
    const { files: each, found, nodes } = one
    const isFile = treeOf(report, one)?.isFile ?? one.isFile
    // The source's size, as a claim that has got another one in a later run is refused.
    return toVolume(each, isFile, found.source.sizeBytes, nodes, imageOf(report, one))
  })

const renderPiece = ({ volume, volumeMount, image }: FilesVolume): string =>
  [
    'volumes:',
    `  - name: ${volume.name}`,
    '    hostPath:',
    `      path: ${volume.hostPath.path}`,
    ...(volume.hostPath.type === '' ? [] : [`      type: ${volume.hostPath.type}`]),
    ...(image === undefined
      ? []
      : [
          '    # or, in place of hostPath, without subPath in its mounts:',
          '    # image:',
          `    #   reference: ${image.reference}`,
          `    #   pullPolicy: ${image.pullPolicy}`,
        ]),
    'containers: # in each that uses them',
    '  - volumeMounts:',
    `      - name: ${volumeMount.name}`,
    `        mountPath: ${volumeMount.mountPath}`,
    `        readOnly: ${volumeMount.readOnly}`,
  ].join('\n')

/** The pieces of manifests by which pods use them. */
export const renderPieces = (volumes: readonly FilesVolume[]): readonly string[] =>
  volumes.map(renderPiece)
