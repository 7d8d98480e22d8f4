import { normalizePlatform } from '../image/platform.ts'
import { toTexts } from './entries.ts'

/**
 * What makes a target another image than one of the same name: its stage, and its platforms in one word.
 *
 * @param definition as Bake has it
 * @param architecture of this machine, in the words of images
 */
export const toVariant = (
  definition: Readonly<Record<string, unknown>>,
  architecture: string,
): { readonly stage: string | undefined; readonly platforms: string } => {
  const { target } = definition
  const given = toTexts(definition['platforms'])
  const platforms = given.length > 0 ? given : [`linux/${architecture}`]
  return {
    stage: typeof target === 'string' ? target : undefined,
    platforms: platforms.map(normalizePlatform).join('-'),
  }
}
