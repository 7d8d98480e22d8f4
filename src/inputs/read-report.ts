import { resolve } from 'node:path'
import { parseImageId, parseImageReference } from '../image/reference.ts'
import type { Inputs, ReportedImage } from './inputs.ts'
import type { ReportProblem } from './problems.ts'
import { defaults, type InputName, inputNames, type RawInputs } from './raw-inputs.ts'
import { type Reader, toOptional } from './reader.ts'
import { reportOutside } from './report-outside.ts'

/** Inputs that say something where images are only looked at. */
export const usedByReport: readonly InputName[] = [
  ...(['mode', 'images', 'cluster-name', 'image-report'] as const),
  ...(['image-size-limit', 'image-limit-action'] as const),
  ...(['comment', 'comment-token', 'github-api-url'] as const),
]

/** What would do nothing is a mistake: somebody waits for it. */
export const reportUseless = (raw: RawInputs, report: ReportProblem): void => {
  for (const name of inputNames) {
    const value = toOptional(raw[name])
    const isNothing = value === undefined || value === defaults[name]
    if (isNothing || usedByReport.includes(name)) continue
    const why =
      name === 'image-growth-limit'
        ? 'mode: report compares with no earlier run. Leave it out, or take image-size-limit.'
        : 'mode: report only looks at images. Leave it out.'
    report(name, why)
  }
}

const layoutScheme = 'oci-layout://'
const registryScheme = 'registry://'

/** `FOLDER`, `FOLDER:TAG` or `FOLDER@DIGEST`. */
const readLayout = (given: string, text: string, reader: Reader): readonly ReportedImage[] => {
  const [, path = '', tag, digest] =
    /^(.*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/s.exec(text) ?? []
  const how =
    'Write oci-layout://FOLDER, with :TAG or @sha256:DIGEST behind it where it has several.'
  if (path === '' || path.includes('@')) {
    reader.report('images', `it names no folder. ${how}`, given)
    return []
  }
  const { workspace, kindOf } = reader.run
  const folder = resolve(workspace, path)
  if (!reportOutside(reader, 'images', path)) return []
  if (kindOf(folder) !== 'folder') {
    reader.report('images', `there is no such folder. ${how}`, given)
    return []
  }
  return [{ kind: 'layout', given, folder, tag, digest }]
}

const readOne = (given: string, reader: Reader): readonly ReportedImage[] => {
  if (given.startsWith(layoutScheme))
    return readLayout(given, given.slice(layoutScheme.length), reader)
  // No name of an image begins so.
  if (/^[./]/.test(given)) return readLayout(given, given, reader)
  const id = parseImageId(given)
  if (id !== undefined) return [{ kind: 'any', given, reference: id }]
  const isRegistrys = given.startsWith(registryScheme)
  const reference = parseImageReference(isRegistrys ? given.slice(registryScheme.length) : given)
  if (typeof reference !== 'string') {
    const kind = isRegistrys ? 'registry' : 'any'
    return [{ kind, given, reference: { ...reference, given } }]
  }
  const how = 'Write NAME:TAG, registry://NAME:TAG, or oci-layout://FOLDER.'
  reader.report('images', `${reference}. ${how}`, given)
  return []
}

/** Reads which images `mode: report` is about. */
export const readReported = (reader: Reader): Inputs['reported'] => {
  const given = reader.list('images')
  if (given.length === 0 && reader.text('images') === undefined)
    reader.report('images', 'none is given. Name those that mode: report is to look at.')
  return [...new Set(given)].flatMap((each) => readOne(each, reader))
}
