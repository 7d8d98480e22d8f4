type Listed = { readonly annotations?: Readonly<Record<string, unknown>> | null }

/**
 * Whether an entry of an archive's index is a signature of an image beside it, or something else about it:
 * Docker 29 pulls these with an image and saves them with it (containerd, core/images/annotations.go).
 */
export const isAboutAnother = ({ annotations }: Listed): boolean =>
  typeof annotations?.['io.containerd.manifest.subject'] === 'string'
