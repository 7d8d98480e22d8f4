import type { ContainerNode } from '../cluster/node.ts'
import type { NodeFiles } from '../inputs/node-files.ts'
import type { LocalSource } from './sources/local.ts'
import type { RemoteSource, Tree } from './sources/source.ts'

/** Where files come from, as far as it is known before anything is moved. */
export type FilesSource =
  | {
      readonly kind: 'local'
      readonly source: LocalSource
      /** The same with digests that are known without reading; asked for when some node lacks it. */
      readonly recall?: () => Promise<Tree>
    }
  | { readonly kind: 'remote'; readonly source: RemoteSource }

/** Files that some nodes lack. */
export type WantedFiles = {
  readonly files: NodeFiles
  readonly found: FilesSource
  readonly into: readonly ContainerNode[]
}
