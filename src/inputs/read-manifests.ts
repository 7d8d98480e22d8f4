import type { Reader } from './reader.ts'

/** Commas or newlines part globs; a comma within braces is the glob's own, as in `*.{yml,yaml}`. */
const toGlobs = (raw: string | undefined): readonly string[] =>
  (raw ?? '')
    .split(/\n|,(?![^{}\n]*\})/)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')

/** Reads the globs of Kubernetes manifests; what begins with `!` leaves files out. */
export const readManifests = ({ list, report }: Reader): readonly string[] => {
  const globs = list('manifests', toGlobs)
  if (globs.length > 0 && globs.every((glob) => glob.startsWith('!'))) {
    const text = 'it only leaves files out. Name files too, such as k8s/**/*.yaml.'
    report('manifests', text, globs.join(', '))
  }
  return globs
}
