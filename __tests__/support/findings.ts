import { createHash } from 'node:crypto'
import { findMatches } from '../../src/analysis/findings/catalog.ts'
import { toSubject } from '../../src/analysis/findings/subject.ts'
import { withTouched } from '../../src/analysis/findings/touched.ts'
import { type Background, unknownBackground } from '../../src/image/background.ts'
import type { Entry, LayerEntries } from '../../src/image/contents/entry.ts'
import { folder, top } from './entries.ts'

type Texts = Readonly<Record<string, string>>

export type Options = {
  readonly texts?: Texts
  readonly config?: object
  /** Of the layers above the base. */
  readonly instructions?: readonly string[]
  /** Of the Dockerfile that made them. */
  readonly lines?: readonly number[]
  readonly base?: LayerEntries
  readonly mostHashedBytes?: number
  readonly background?: Partial<Background>
}

const toLocation = (line: number | undefined) =>
  line === undefined ? undefined : { file: 'Dockerfile', line }

/** What rules find in layers above a base. */
export const findIn = async (own: readonly LayerEntries[], options: Options = {}) => {
  const { texts = {}, config = {}, instructions = [], lines = [], base = [top] } = options
  const { mostHashedBytes = 1e9 } = options
  const background = { ...unknownBackground, ...options.background }
  const files = {
    bytes: async (_: number, path: string, from: number, length: number) =>
      Buffer.from(texts[path] ?? '', 'latin1').subarray(from, from + length),
    // A layer's own text comes before what all have at that path.
    hash: async (layer: number, path: string) => {
      const text = texts[`${layer} ${path}`] ?? texts[path]
      return text === undefined ? '' : createHash('sha256').update(text).digest('hex')
    },
  }
  const origins = [base, ...own].map((_, at) => ({
    instruction: instructions[at - 1] ?? 'RUN x',
    location: toLocation(lines[at - 1]),
    isBase: at === 0,
    packedBytes: undefined,
  }))
  const contents = { config: JSON.stringify(config), manifest: undefined, layers: [base, ...own] }
  const subject = await withTouched(
    toSubject(contents, origins, files, mostHashedBytes, background),
  )
  return findMatches(subject)
}

/** The same, each as `rule@layer bytes`. */
export const find = async (own: readonly LayerEntries[], options: Options = {}) =>
  (await findIn(own, options)).map(({ rule, layer, bytes, evidence }) =>
    evidence?.includes('mounts a cache')
      ? `${rule.id}@${layer} ${bytes} elsewhere`
      : `${rule.id}@${layer} ${bytes}`,
  )

/** Files with the folders that they are in. */
export const withFolders = (...files: readonly Entry[]): LayerEntries => {
  const folders = new Set(
    files.flatMap(({ path }) =>
      path.split('/').map((_, at, names) => names.slice(0, at).join('/')),
    ),
  )
  return [
    top,
    ...[...folders]
      .filter(Boolean)
      .toSorted()
      .map((path) => folder(path)),
    ...files,
  ]
}
