import { randomBytes } from 'node:crypto'
import { type BadNetwork, startBadNetwork, type Trouble } from './bad-network.ts'

type Who = 'anonymous' | 'account'

export type Hub = BadNetwork & {
  /** What `auths` of a config.json says of the account. */
  readonly auth: string
  /** How many pulls are left to whom. */
  readonly left: Record<Who, number>
}

const message = 'You have reached your pull rate limit. https://www.docker.com/increase-rate-limit'

/**
 * A double of Docker Hub's limits before a real registry, as docs.docker.com/docker-hub/usage/pulls has them: whoever
 * asks needs a token, a GET of a manifest is a pull, a HEAD is none and tells what is left.
 */
export const startHub = async (target: string, left: Record<Who, number>): Promise<Hub> => {
  const auth = Buffer.from(`me:${randomBytes(8).toString('hex')}`).toString('base64')
  const limits = { ...left }
  const tokens: Readonly<Record<Who, string>> = { anonymous: 'token-0', account: 'token-1' }
  const answer =
    (
      status: number,
      headers: Readonly<Record<string, string>>,
      body: object,
    ): NonNullable<Trouble['answer']> =>
    (response) =>
      void response.writeHead(status, headers).end(JSON.stringify(body))
  const network: BadNetwork = await startBadNetwork(target, ({ url, method, authorization }) => {
    if (url.startsWith('/token')) {
      const isKnown = authorization === `Basic ${auth}`
      return { answer: answer(200, {}, { token: tokens[isKnown ? 'account' : 'anonymous'] }) }
    }
    const who = (['anonymous', 'account'] as const).find(
      (each) => authorization === `Bearer ${tokens[each]}`,
    )
    if (who === undefined) {
      const challenge = `Bearer realm="http://${network.host}/token",service="registry.docker.io"`
      return { answer: answer(401, { 'www-authenticate': challenge }, {}) }
    }
    if (!url.includes('/manifests/')) return {}
    const isOver = method === 'GET' && left[who] === 0
    if (method === 'GET' && !isOver) left[who] -= 1
    const headers = {
      'ratelimit-limit': `${limits[who]};w=21600`,
      'ratelimit-remaining': `${left[who]};w=21600`,
      'docker-ratelimit-source': '192.0.2.1',
    }
    const errors = [{ code: 'TOOMANYREQUESTS', message }]
    return { headers, ...(isOver && { answer: answer(429, headers, { errors }) }) }
  })
  return { ...network, auth, left }
}
