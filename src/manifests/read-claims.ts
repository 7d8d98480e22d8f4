import type { Reader } from './document.ts'
import { readTerms } from './read-placement.ts'
import { readHostPath } from './read-pod-files.ts'
import { readClaimed } from './read-storage.ts'
import type { Claim, Named, PersistentVolume } from './workload.ts'

/** One document of a file, and who hears what is wrong with it. */
export type Source = {
  readonly file: string
  readonly reader: Reader
  /** Counted from 1. */
  readonly lineAt: (offset: number) => number
  readonly warn: (message: string, line: number) => void
}

/** An object of a manifest, and its kind: a list of one kind need not repeat it. */
export type Item = { readonly node: unknown; readonly kind: string }

/** A `generateName` ends with a dash here, as most do and as no name may. */
export const readName = ({ at, text }: Reader, node: unknown): Omit<Named, 'file'> => {
  const metadata = at(node, 'metadata')
  const generated = text(at(metadata, 'generateName'))?.replace(/-?$/, '-')
  const name = text(at(metadata, 'name')) ?? generated ?? '?'
  return { namespace: text(at(metadata, 'namespace')), name }
}

/** A PersistentVolumeClaim that stands by itself. */
export const readClaim = (
  { file, reader, lineAt }: Source,
  { node, kind }: Item,
): readonly Claim[] => {
  if (kind !== 'PersistentVolumeClaim') return []
  const { at, text } = reader
  const line = lineAt(at(node, 'kind')?.range?.[0] ?? 0)
  const volumeName = text(at(node, 'spec', 'volumeName')) || undefined
  const bytes = readClaimed(reader, node)
  return [{ file, ...readName(reader, node), bytes, volumeName, line }]
}

/** A PersistentVolume that is a folder of a node. */
export const readPersistentVolume = (
  source: Source,
  { node, kind }: Item,
): readonly PersistentVolume[] => {
  if (kind !== 'PersistentVolume') return []
  const { file, reader, lineAt } = source
  const { at, text } = reader
  const spec = at(node, 'spec')
  const local = at(spec, 'local')
  const host = readHostPath(source, local ?? at(spec, 'hostPath'))
  if (host === undefined) return []
  const claim = at(spec, 'claimRef')
  const claimName = text(at(claim, 'name'))
  const required = at(spec, 'nodeAffinity', 'required')
  const terms = readTerms(reader, required)
  return [
    {
      file,
      ...readName(reader, node),
      host,
      isLocal: local !== undefined,
      claim:
        claimName === undefined
          ? undefined
          : { namespace: text(at(claim, 'namespace')), name: claimName },
      placement: {
        always: [],
        terms,
        isTolerant: true,
        line: terms.length === 0 ? undefined : lineAt(required?.range?.[0] ?? 0),
      },
    },
  ]
}
