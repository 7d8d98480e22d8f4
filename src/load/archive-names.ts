import { isAboutAnother } from '../image/signature.ts'

type Descriptor = { readonly annotations?: Readonly<Record<string, string>> }
type Index = { readonly manifests?: readonly Descriptor[] }

/** containerd takes the first; Docker writes both. */
const nameKeys = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const

const renameIndex = (text: string, names: readonly string[]): string => {
  const index = JSON.parse(text) as Index
  // containerd before version 2.2 gives a signature its image's name, too, and the last to have it keeps it.
  const images = (index.manifests ?? []).filter((descriptor) => !isAboutAnother(descriptor))
  const manifests = images.flatMap((descriptor) => {
    const { [nameKeys[1]]: _, ...others } = descriptor.annotations ?? {}
    return names.map((name) => ({ ...descriptor, annotations: { ...others, [nameKeys[0]]: name } }))
  })
  return JSON.stringify({ ...index, manifests })
}

const renameManifest = (text: string, names: readonly string[]): string => {
  const images = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[]
  return JSON.stringify(images.map((image) => ({ ...image, RepoTags: names })))
}

/**
 * Gives the one image of an archive of `docker save` its names in the node, whatever it is called in
 * the archive: in `index.json`, and in `manifest.json`, all that Docker before version 25 has.
 */
export const toRenaming =
  (names: readonly string[]) =>
  (file: string): ((text: string) => string) | undefined => {
    if (file === 'index.json') return (text) => renameIndex(text, names)
    return file === 'manifest.json' ? (text) => renameManifest(text, names) : undefined
  }
