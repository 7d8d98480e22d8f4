import { reportNothing } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'

/** Commas or newlines part globs; a comma within braces is the glob's own, as in `*.{yml,yaml}`. */
const separator = /\n|,(?![^{}\n]*\})/

/** Reads the globs of Kubernetes manifests; what begins with `!` leaves files out. */
export const readManifests = (raw: RawInputs, report: ReportProblem): readonly string[] => {
  const globs = (raw['manifests'] ?? '')
    .split(separator)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')
  if (globs.length === 0) reportNothing('manifests', raw, report)
  if (globs.length > 0 && globs.every((glob) => glob.startsWith('!'))) {
    report({
      input: 'manifests',
      value: globs.join(', '),
      reason: 'it only leaves files out',
      remedy: 'Name files too, such as k8s/**/*.yaml.',
    })
  }
  return globs
}
