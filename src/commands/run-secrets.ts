import type { Inputs } from '../inputs/inputs.ts'
import type { Secrets } from '../run/ports.ts'
import type { Secret } from '../secret.ts'
import type { BuildToken } from '../token/build-token.ts'
import { toServerUrl } from '../token/formats.ts'
import { toGitAuth } from '../token/git-auth.ts'
import type { RunContext } from './run-context.ts'

/** What builds may have, and what ends with them. */
export const toSecrets = (inputs: Inputs, token: BuildToken, { cacheEnv }: RunContext): Secrets => {
  const { credentials, secretId, secrets, isTrusted } = inputs
  return {
    ids: [...(credentials.kind === 'none' ? [] : [secretId]), ...secrets.map(({ id }) => id)],
    take: async (contexts) => {
      const taken = await token.take()
      if (taken === undefined) return secrets
      const { value, credentials } = taken
      const git = toGitAuth(inputs.apiUrl, contexts, credentials)
      const own = [{ id: secretId, value }, ...secrets]
      return [...own, ...git.filter(({ id }) => !own.some((other) => other.id === id))]
    },
    close: token.close,
    // A fork's build would write into the cache that the default branch reads.
    cacheEnv: isTrusted ? cacheEnv : {},
  }
}

/** What Git LFS keeps of the repository is fetched with the builds' token, where there is one. */
export const takeFilesToken = async (
  token: BuildToken,
  { apiUrl }: Inputs,
  { repository = '' }: RunContext,
): Promise<Secret | undefined> => {
  const taken = await token.take()
  const address = `${toServerUrl(apiUrl)}/${repository}`
  return taken && toGitAuth(apiUrl, [address], taken.credentials)[0]?.value
}
