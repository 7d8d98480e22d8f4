import type { Inputs } from '../inputs/inputs.ts'
import type { BuildToken } from '../token/build-token.ts'
import { renderEndedToken } from '../token/ended-token.ts'
import { type Answer, needed, ok, toAnswer, unknown } from './check.ts'

/**
 * Has tokens made as a build would, which proves that all of it works, and ends them.
 *
 * @param token what ends by itself, should this be killed
 */
export const checkApp = async (
  credentials: Inputs['credentials'],
  token: BuildToken,
): Promise<Answer> => {
  if (credentials.kind === 'given') {
    const { insteadOfApp } = credentials
    return insteadOfApp === undefined
      ? unknown('github-token is yours: Slipway does not try it')
      : needed(insteadOfApp, 'Check the name of the secret; forks and Dependabot get none.')
  }
  try {
    await token.take()
    return ok(`GitHub gives a token: ${(await token.close()).map(renderEndedToken).join('; ')}`)
  } catch (error) {
    return toAnswer(error, needed)
  }
}
