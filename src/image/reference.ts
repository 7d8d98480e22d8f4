import { isDigest } from './digest.ts'

/** An image's name as Docker understands it. Grammar: github.com/distribution/reference. */
export type ImageReference = {
  /** As the user wrote it, such as `api` or `localhost:5000/api:1`. */
  readonly given: string
  /** As containerd and CRI write it, such as `docker.io/library/api:latest`. */
  readonly canonical: string
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const pathPattern = new RegExp(`^${component}(?:/${component})*$`)
const domainPattern =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/
const tagPattern = /^\w[\w.-]{0,127}$/

const splitDomain = (name: string): readonly [domain: string, path: string] => {
  const slash = name.indexOf('/')
  const first = name.slice(0, slash)
  const isDomain =
    slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const domain = isDomain && first !== 'index.docker.io' ? first : 'docker.io'
  const path = isDomain ? name.slice(slash + 1) : name
  return [domain, domain === 'docker.io' && !path.includes('/') ? `library/${path}` : path]
}

const splitTag = (text: string): readonly [name: string, tag: string | undefined] => {
  const colon = text.lastIndexOf(':')
  return colon > text.lastIndexOf('/')
    ? [text.slice(0, colon), text.slice(colon + 1)]
    : [text, undefined]
}

/** `sha256:...`, or all 64 digits of it. */
const idPattern = /^(?:sha256:)?([a-f0-9]{64})$/

/** The beginning of an ID, as `docker image ls` shows it; it could be a name, too. */
const shortIdPattern = /^(?:sha256:)?[a-f0-9]{12,63}$/

/** Reads an image's ID, whole; it stands for the names that Docker has for it. */
export const parseImageId = (given: string): ImageReference | undefined => {
  const digits = idPattern.exec(given)?.[1]
  return digits === undefined ? undefined : { given, canonical: `sha256:${digits}` }
}

/** True for what is no name: Docker's own names for an image are to be found by it. */
export const isImageId = ({ canonical }: ImageReference): boolean => idPattern.test(canonical)

export const couldBeId = ({ given }: ImageReference): boolean => shortIdPattern.test(given)

/** Reads an image reference; a string is the reason why the text is none. */
export const parseImageReference = (given: string): ImageReference | string => {
  const at = given.indexOf('@')
  const digest = at < 0 ? undefined : given.slice(at + 1)
  const [name, tag] = splitTag(at < 0 ? given : given.slice(0, at))
  if (digest !== undefined && !isDigest(digest)) {
    return 'the part after @ is not a sha256 digest'
  }
  if (tag !== undefined && !tagPattern.test(tag)) {
    return 'a tag has up to 128 letters, digits, dots, dashes and underscores'
  }
  if (/^[a-f0-9]{64}$/.test(name)) return 'an image ID is not a name; give the image a tag'
  const [domain, path] = splitDomain(name)
  if (path !== path.toLowerCase()) return 'image names are lower case'
  if (!domainPattern.test(domain) || !pathPattern.test(path) || name.length > 255) {
    return 'this is not an image name'
  }
  const ending = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
  return { given, canonical: `${domain}/${path}${ending === '' ? ':latest' : ending}` }
}

/** Those of some names that are names of images. */
export const toReferences = (names: readonly string[]): readonly ImageReference[] =>
  names.map(parseImageReference).filter((each) => typeof each !== 'string')

/**
 * The names under which a node needs an image. Of a name with tag and digest CRI drops the tag and
 * looks for exactly the rest.
 */
export const toNodeNames = (canonical: string): readonly string[] => {
  const [, repository = '', tag = '', digest = ''] =
    /^(.*?)(:[^/:@]*)?(@.*)?$/.exec(canonical) ?? []
  return tag === '' || digest === ''
    ? [canonical]
    : [`${repository}${tag}`, `${repository}${digest}`]
}

/** What CRI looks for when a pod has this name. */
export const toCriName = (canonical: string): string => toNodeNames(canonical).at(-1) ?? canonical

/** A name without its tag and digest, given or canonical. */
export const toRepository = (name: string): string => name.replace(/(:[^/:@]*)?(@.*)?$/s, '')

/** The tag that only this image can have: the beginning of its ID, as Docker shows it. */
const immutableTag = (id: string): string => `sha-${id.replace(/^sha256:/, '').slice(0, 12)}`

/** What an image is called by its content, in its repository and in the spelling that was given. */
export const toImmutable = ({ given, canonical }: ImageReference, id: string): ImageReference => {
  const rename = (name: string): string => `${toRepository(name)}:${immutableTag(id)}`
  return { given: rename(given), canonical: rename(canonical) }
}
