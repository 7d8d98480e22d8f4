import type { ImagesFrom, Inputs } from './inputs.ts'
import type { Reader } from './reader.ts'

/** Commas or newlines part globs; a comma within braces is the glob's own, as in `*.{yml,yaml}`. */
const toGlobs = (raw: string | undefined): readonly string[] =>
  (raw ?? '')
    .split(/\n|,(?![^{}\n]*\})/)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')

/** Whether `manifests` is also where images come from. */
const readImagesFrom = ({ text, check, list, report }: Reader): ImagesFrom | undefined => {
  const from = text('images-from')
  const exclude = check('images-from-exclude', list('images-from-exclude'))
  if (from === undefined) {
    if (exclude.length > 0) {
      const useless =
        'it says nothing without images-from. Leave it out, or add images-from: manifests.'
      report('images-from-exclude', useless, exclude.join(', '))
    }
    return undefined
  }
  if (from !== 'manifests') {
    report('images-from', 'unknown. Write manifests, or leave it out.', from)
  } else if (text('manifests') === undefined) {
    report('images-from', 'manifests is not given. Name files there, such as k8s/**/*.yaml.', from)
  }
  return { exclude }
}

/** Reads the globs of Kubernetes manifests; what begins with `!` leaves files out. */
export const readManifests = (reader: Reader): Pick<Inputs, 'manifests' | 'imagesFrom'> => {
  const { list, report } = reader
  const globs = list('manifests', toGlobs)
  if (globs.length > 0 && globs.every((glob) => glob.startsWith('!'))) {
    const text = 'it only leaves files out. Name files too, such as k8s/**/*.yaml.'
    report('manifests', text, globs.join(', '))
  }
  return { manifests: globs, imagesFrom: readImagesFrom(reader) }
}
