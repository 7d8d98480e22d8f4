import { Failure } from '../../../failure.ts'
import { type Answer, createRequests, isLoopback, readText } from '../../../host/http.ts'
import type { Secret } from '../../../secret.ts'
import { toDigest } from '../../digest.ts'
import { largestText } from '../blob-image.ts'
import type { Asker } from './asker.ts'
import { answerChallenge } from './challenge.ts'
import { findLogin } from './login.ts'

/** Where an image is in a registry. */
export type Place = {
  /** As names have it, such as `docker.io`. */
  readonly domain: string
  readonly repository: string
  /** A tag or a digest. */
  readonly version: string
}

/** @param canonical as `parseImageReference` makes it */
export const toPlace = (canonical: string): Place => {
  const [, domain = '', repository = '', tag, digest] =
    /^([^/]+)\/([^@]*?)(?::([\w.-]+))?(?:@(.+))?$/.exec(canonical) ?? []
  return { domain, repository, version: digest ?? tag ?? 'latest' }
}

const toAddress = ({ domain }: Place): URL => {
  const url = new URL(`https://${domain === 'docker.io' ? 'registry-1.docker.io' : domain}`)
  return isLoopback(url) ? new URL(`http://${domain}`) : url
}

const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Asks one registry about one repository, with a token as soon as it wants one. */
export const createConversation = (place: Place, asker: Asker) => {
  const registry = toAddress(place)
  const { domain, repository } = place
  const requests = createRequests(registry, asker.signal)
  let trouble: string | undefined
  let authorization: Secret | undefined
  /** Only where the registry wants to know who asks: a program may have to tell. */
  const authorize = async (answer: Answer): Promise<void> => {
    const found = await findLogin(asker, domain)
    trouble = found.trouble
    authorization = await answerChallenge(answer, requests, registry, repository, found.login)
  }
  const send = (url: URL, from: number, isHead = false): Promise<Answer> =>
    requests.send(
      url,
      {
        accept: accepted,
        ...(from > 0 && { range: `bytes=${from}-` }),
        ...(authorization && { authorization: authorization.expose() }),
      },
      { isHead },
    )
  /** @param from the first byte that is wanted; a registry may answer with all of them, and 200 */
  const get = async (path: string, from = 0): Promise<Answer> => {
    const url = new URL(`/v2/${repository}/${path}`, registry)
    let answer = await send(url, from)
    if (answer.status === 401) {
      answer.body.destroy()
      await authorize(answer)
      if (authorization !== undefined) answer = await send(url, from)
    }
    if (answer.status === 200 || (answer.status === 206 && from > 0)) return answer
    answer.body.destroy()
    if (answer.status === 404) throw new Failure(`${domain} does not have it`)
    if (answer.status === 429) throw new Failure(`the pull limit of ${domain} is used up`)
    const isRefused = answer.status === 401 || answer.status === 403
    throw new Failure(`${domain} answered ${answer.status} to ${path}`, {
      ...(isRefused && {
        remedy: `It may not be there, or need a login: \`docker login ${domain}\` before this step.${trouble === undefined ? '' : ` ${trouble}`}`,
      }),
    })
  }
  /** What a registry says of something without sending it; a refusal may say the same. */
  const head = async (path: string): Promise<Answer['headers']> => {
    const url = new URL(`/v2/${repository}/${path}`, registry)
    let answer = await send(url, 0, true)
    answer.body.destroy()
    if (answer.status === 401) {
      await authorize(answer)
      answer = await send(url, 0, true)
      answer.body.destroy()
    }
    return answer.headers
  }
  return { get, head, dispose: requests.dispose }
}

export type Get = ReturnType<typeof createConversation>['get']

/** @throws {Failure} where it is not what its digest promises */
export const readDocument = async (
  get: Get,
  path: string,
  digest: string | undefined,
): Promise<string> => {
  const content = await readText(await get(path), largestText, path)
  const found = toDigest(content)
  if (digest === undefined || found === digest) return content.toString('utf8')
  throw new Failure(`The registry sent ${found} in place of ${digest}`)
}
