import { Secret } from '../secret.ts'
import type { ImageLimit, ImageLimits } from './image-limits.ts'
import type { Inputs } from './inputs.ts'
import type { InputName } from './raw-inputs.ts'
import type { Reader } from './reader.ts'
import { units } from './sizes.ts'
import { whySecretsAreEmpty } from './trigger.ts'

/** `2GB`, `5%`, `api:dev=500MB compressed`. */
const pattern = /^(?:(\S+)=)?(\d{1,7}(?:\.\d{1,3})?)\s*(%|[KMGT]i?B)(\s+compressed)?$/i

const parseLimit = (given: string): ImageLimit | undefined => {
  const [, image, number = '', unit = '', packed] = pattern.exec(given) ?? []
  const value = Number(number)
  if (unit === '' || (value === 0 && unit !== '%')) return undefined
  const bytes = unit === '%' ? undefined : Math.round(value * (units[unit.toUpperCase()] ?? 0))
  const percent = unit === '%' ? value : undefined
  return { given, image, bytes, percent, isPacked: packed !== undefined }
}

const readLimits = ({ list, report }: Reader, input: InputName, how: string, isGrowth: boolean) =>
  list(input).flatMap((given) => {
    const limit = parseLimit(given)
    if (limit !== undefined && (isGrowth || limit.percent === undefined)) return [limit]
    report(input, `not a limit. Write ${how}; for one image alone, api:dev=${how}.`, given)
    return []
  })

/** How large images may be, and how much they may grow. */
const readImageLimits = (reader: Reader): ImageLimits => ({
  size: readLimits(reader, 'image-size-limit', '2GB, or 700MB compressed', false),
  growth: readLimits(reader, 'image-growth-limit', '5% or 50MB, or 20MB compressed', true),
  isWarning: reader.choice('image-limit-action', ['error', 'warning'] as const) === 'warning',
})

/** A token of one's own is a secret, and where there are none a comment is left out. */
const readComment = ({ isTrue, text, report, run }: Reader): Inputs['comment'] => {
  if (!isTrue('comment')) return undefined
  const given = text('comment-token')
  if (given === undefined) {
    const how = "Leave it out to use the job's own token, or check the name of the secret."
    if (whySecretsAreEmpty(run.trigger) === undefined)
      report('comment-token', `empty, though comment is true. ${how}`)
    return { token: undefined }
  }
  if (/\s/.test(given))
    report('comment-token', 'it contains white space. Pass one token and nothing else.')
  return { token: new Secret(given) }
}

const reports = ['auto', 'full', 'false'] as const

/** Reads whether images are looked into, which limits and a comment need. */
export const readImageReport = (
  reader: Reader,
): Pick<Inputs, 'imageReport' | 'imageLimits' | 'comment'> => {
  const imageLimits = readImageLimits(reader)
  const given = reader.choice('image-report', reports)
  const comment = readComment(reader)
  const hasLimits = imageLimits.size.length + imageLimits.growth.length > 0
  const isNeeded = hasLimits || comment !== undefined
  return { imageReport: isNeeded && given === 'false' ? 'auto' : given, imageLimits, comment }
}
