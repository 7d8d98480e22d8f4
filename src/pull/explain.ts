import { Failure } from '../failure.ts'
import type { ImageReference } from '../image/reference.ts'
import { hub, type Refusal } from '../image/refusal.ts'
import type { Asker } from '../image/sources/registry/asker.ts'
import { toPlace } from '../image/sources/registry/conversation.ts'
import { findLogin } from '../image/sources/registry/login.ts'
import { findNearestWord } from '../text/nearest.ts'
import { findPullLimit, findTags, type PullLimit } from './ask-registry.ts'

const hours = (seconds: number): string => `${Math.round(seconds / 360) / 10} h`

const renderLimit = ({ limit, windowS, remaining }: PullLimit): string =>
  `Docker Hub allows ${limit} pulls in ${hours(windowS)} here and has ${remaining} left`

const loginRemedy = (domain: string): string =>
  domain === hub
    ? 'Log in before this step (docker/login-action), which doubles the limit and counts for the account alone'
    : `Log in to ${domain} before this step (docker/login-action)`

const explainLimit = async (domain: string, hasLogin: boolean, asker: Asker) => {
  const limit = domain === hub ? await findPullLimit(asker) : undefined
  const who = hasLogin ? "Docker's login was used" : 'without a login'
  const told = limit === undefined ? who : `${renderLimit(limit)}, ${who}`
  const login = hasLogin ? 'Pull less often: ' : `${loginRemedy(domain)}, or pull less often: `
  return {
    what: `the pull limit of ${domain} is used up (${told})`,
    remedy: `${login}images that a mirror or a machine of your own keeps are not pulled.${domain === hub ? ' It is not tried again, as the limit ends only hours later.' : ''}`,
  }
}

/** Tags that were perhaps meant: the likeliest, then what begins alike. */
const findNear = (version: string, tags: readonly string[]): readonly string[] => {
  const nearest = findNearestWord(version, tags)
  const start = version.replace(/[.-]?[^.-]*$/, '')
  const alike = start === '' ? [] : tags.filter((tag) => tag.startsWith(start))
  return [...new Set([...(nearest === undefined ? [] : [nearest]), ...alike])].slice(0, 5)
}

const explainTag = async (reference: ImageReference, asker: Asker) => {
  const place = toPlace(reference.canonical)
  const tags = await findTags(place, asker)
  const near = findNear(place.version, tags)
  const list =
    near.length > 0
      ? `The nearest there are: ${near.join(', ')}.`
      : tags.length > 0
        ? `It has ${tags.slice(0, 5).join(', ')}${tags.length > 5 ? ' and others' : ''}.`
        : 'Check the name and the tag.'
  return { what: `${place.domain} has no ${place.version} of ${place.repository}`, remedy: list }
}

/** With the name docker.io it leaves Docker Hub's login (docker/cli, cli/command/registry/logout.go). */
const logout = (domain: string): string =>
  domain === hub ? 'docker logout' : `docker logout ${domain}`

const explainDenied = (domain: string, hasLogin: boolean, name: string) => ({
  what: hasLogin
    ? `${domain} refuses ${name} to Docker's login`
    : `${domain} has no ${name}, or shows it only to who is logged in`,
  remedy: hasLogin
    ? `Check the name, and whether that account may read it. A login that has expired is refused public images, too: log in again, or \`${logout(domain)}\`.`
    : `An image of your own has to be built first, on this machine: context builds it in this step. Else check the name. ${loginRemedy(domain).replace(/, which.*/, '')} if it is private.`,
})

const explainOther = (domain: string, kind: Refusal['kind'], name: string) => {
  if (kind === 'no-platform')
    return {
      what: `${name} has no image for the platform of the nodes`,
      remedy:
        "Take a tag that has one: `docker buildx imagetools inspect` lists an image's platforms.",
    }
  if (kind === 'certificate')
    return {
      what: `Docker does not trust the certificate of ${domain}, or it speaks no TLS`,
      remedy: `Put its CA into /etc/docker/certs.d/${domain}/ca.crt on the daemon's host, or name it in insecure-registries.`,
    }
  if (kind === 'disk-full')
    return {
      what: `there is no space left on device for ${name}`,
      remedy: '`free-disk: always` frees some.',
    }
  return { what: `${name} could not be pulled`, remedy: undefined }
}

/** Says what a refused pull means, and what to do. */
export const explainPull = async (
  reference: ImageReference,
  { kind, said }: Refusal,
  asker: Asker,
): Promise<Failure> => {
  const { given, canonical } = reference
  const { domain } = toPlace(canonical)
  const hasLogin = (await findLogin(asker, domain)).login !== undefined
  const { what, remedy } =
    kind === 'rate-limit'
      ? await explainLimit(domain, hasLogin, asker)
      : kind === 'no-tag'
        ? await explainTag(reference, asker)
        : kind === 'denied'
          ? explainDenied(domain, hasLogin, given)
          : explainOther(domain, kind, given)
  const cause = new Error(`Docker said: ${said}`)
  return new Failure(`${given}: ${what}`, { cause, ...(remedy !== undefined && { remedy }) })
}
