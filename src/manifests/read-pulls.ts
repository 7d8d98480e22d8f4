import { isFilesImage } from '../ownership.ts'
import type { Reader } from './document.ts'
import { isOfKo, isPlaceholder } from './placeholders.ts'
import type { Source } from './read-claims.ts'
import type { ImageVolume, PodPulls } from './workload.ts'

const hasSecrets = ({ at, items }: Reader, node: unknown): boolean =>
  items(at(node, 'imagePullSecrets')).length > 0

/** @param spec of a pod */
export const readPulls = (reader: Reader, spec: unknown): PodPulls => ({
  hasSecrets: hasSecrets(reader, spec),
  // The second one is an older name of the first, which counts where both are written.
  account:
    reader.text(reader.at(spec, 'serviceAccountName')) ||
    reader.text(reader.at(spec, 'serviceAccount')) ||
    'default',
})

/** @param spec of a pod */
export const readImageVolumes = (
  { reader, lineAt }: Source,
  spec: unknown,
): readonly ImageVolume[] => {
  const { at, items, text } = reader
  return items(at(spec, 'volumes')).flatMap((volume) => {
    const written = at(volume, 'image', 'reference')
    const image = text(written) ?? ''
    // `node-files-images` makes the last ones, which no registry has.
    if (image === '' || isOfKo(image) || isPlaceholder(image) || isFilesImage(image)) return []
    const pullPolicy = text(at(volume, 'image', 'pullPolicy')) || undefined
    const line = lineAt(written?.range?.[0] ?? 0)
    return [{ name: text(at(volume, 'name')) ?? '?', image, pullPolicy, line }]
  })
}

/** Whether an object gives secrets for pulling to the pods that run under its name. */
export const readAccount = (reader: Reader, kind: string, node: unknown): boolean =>
  kind === 'ServiceAccount' && hasSecrets(reader, node)
