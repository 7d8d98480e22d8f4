import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { type ImageReference, parseImageReference, toRepository } from '../image/reference.ts'
import { isFilesImage } from '../ownership.ts'
import { toLine } from '../text/to-line.ts'
import { isImageVariable, parseImageArgument } from './image-arguments.ts'
import { isOfKo, isPlaceholder } from './placeholders.ts'
import type { Source as DocumentSource } from './read-claims.ts'
import type { Manifests } from './workload.ts'

type Source = Omit<DocumentSource, 'warn'>

type Named = Pick<Manifests, 'images' | 'unknownImages'>

/** What was found in several places, as one. */
export const joinNamed = (all: readonly Named[]): Named => ({
  images: all.flatMap(({ images }) => images),
  unknownImages: all.flatMap(({ unknownImages }) => unknownImages),
})

const none: Named = { images: [], unknownImages: [] }

const placeOf = ({ file, lineAt }: Source, node: unknown) => ({
  file,
  line: lineAt((node as Node | undefined)?.range?.[0] ?? 0),
})

const toImage = (source: Source, node: unknown, reference: ImageReference): Named => ({
  ...none,
  images: [{ reference, ...placeOf(source, node) }],
})

const toUnknown = (source: Source, node: unknown, why: string): Named => ({
  ...none,
  unknownImages: [{ ...placeOf(source, node), why }],
})

const quote = (text: string): string => toLine(JSON.stringify(text.slice(0, 100)))

const hasVersion = ({ given }: ImageReference): boolean => given !== toRepository(given)

/**
 * @param isSure whether it is an image for sure; what else looks like a name is one where it has a tag or
 *   a digest. Without both, its pods would pull it in any case.
 */
const read = (source: Source, node: unknown, written: string, isSure: boolean): Named => {
  if (isOfKo(written)) {
    return toUnknown(source, node, `${quote(written)} gets its name when ko applies the file`)
  }
  // The environment of the same container has it.
  if (/^\$\(RELATED_IMAGE_\w+\)$/.test(written)) return none
  if (isPlaceholder(written)) {
    return toUnknown(source, node, `${quote(written)} is a placeholder`)
  }
  const reference = parseImageReference(written)
  // Of a pod it has been judged already, and elsewhere it is something else.
  if (typeof reference === 'string') return none
  // No registry has those, and `node-files-images` makes them.
  if (isFilesImage(reference.canonical)) return none
  if (isSure || hasVersion(reference)) return toImage(source, node, reference)
  return toUnknown(source, node, `${quote(written)} has no tag, and may be no image`)
}

const readSure = (source: Source, node: unknown): Named => {
  const written = source.reader.text(node)
  return written === undefined || written === '' ? none : read(source, node, written, true)
}

const readArguments = (source: Source, all: readonly unknown[]): Named => {
  const { text } = source.reader
  const found = all.flatMap((node, index) => {
    const argument = parseImageArgument(text(node) ?? '')
    if (argument === undefined) return []
    const { flag, value, isKnown } = argument
    if (!isKnown) {
      return [toUnknown(source, node, `the argument --${flag} is not one that Slipway knows`)]
    }
    if (value !== undefined) return [value === '' ? none : read(source, node, value, true)]
    return [readSure(source, all[index + 1])]
  })
  return joinNamed(found)
}

const readEnvironment = (source: Source, all: readonly unknown[]): Named => {
  const { at, text } = source.reader
  const related = all.filter((each) => isImageVariable(text(at(each, 'name')) ?? ''))
  return joinNamed(related.map((each) => readSure(source, at(each, 'value'))))
}

/** What a container says to the program in it. */
const readProgram = (source: Source, container: unknown): Named => {
  const { at, items } = source.reader
  return joinNamed([
    readArguments(source, [...items(at(container, 'command')), ...items(at(container, 'args'))]),
    readEnvironment(source, items(at(container, 'env'))),
  ])
}

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const

const readPod = (source: Source, spec: unknown): Named => {
  const { at, items } = source.reader
  const containers = containerLists.flatMap((list) => [...items(at(spec, list))])
  const volumes = items(at(spec, 'volumes'))
  return joinNamed([
    ...containers.map((each) => readSure(source, at(each, 'image'))),
    ...volumes.map((each) => readSure(source, at(each, 'image', 'reference'))),
    ...containers.map((each) => readProgram(source, each)),
  ])
}

/** `image`, `baseImage`; CloudNativePG says `imageName`. */
const imageKey = /^image$|^imageName$|[a-z0-9]Image$/

/** An image's name in parts, as charts and many operators have it. */
const readParts = (source: Source, map: Node, parts: ReadonlyMap<string, unknown>): Named => {
  const part = (name: string): string => source.reader.text(parts.get(name)) ?? ''
  const [registry, repository, tag, digest] = ['registry', 'repository', 'tag', 'digest'].map(part)
  if (!repository) {
    const whole = part('reference')
    return whole === '' ? none : read(source, parts.get('reference'), whole, false)
  }
  const name = registry ? `${registry}/${repository}` : repository
  const written = `${name}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
  return read(source, parts.get('repository') ?? map, written, false)
}

const readField = (
  source: Source,
  key: string,
  node: Node,
  siblings: ReadonlyMap<string, unknown>,
): Named => {
  const { text } = source.reader
  const written = text(node) ?? ''
  if (written === '') return none
  const reference = parseImageReference(written)
  if (typeof reference === 'string' || hasVersion(reference)) {
    return read(source, node, written, false)
  }
  if (['registry', 'repository'].some((name) => text(siblings.get(name)))) {
    return toUnknown(source, node, `of ${quote(written)} its operator makes a name`)
  }
  const tag = text(siblings.get(`${key}Tag`)) || text(siblings.get('tag'))
  return read(source, node, tag ? `${written}:${tag}` : written, false)
}

/** More levels are nothing that people write, and a map may hold itself. */
const deepest = 40

/** The names under which a value stands, the nearest last. */
type Keys = readonly [above: string, key: string]

const speaksOfImage = (keys: Keys): boolean => keys.includes('images') || imageKey.test(keys[1])

const walk = (source: Source, node: unknown, keys: Keys, depth: number): readonly Named[] => {
  if (depth > deepest) return []
  const { entries, items } = source.reader
  if (isSeq(node)) {
    return items(node).flatMap((each) => walk(source, source.reader.at(each), keys, depth + 1))
  }
  if (!isMap(node)) return []
  const fields = entries(node)
  const found = [...fields].flatMap(([key, value]) => {
    if (!isScalar(value)) return walk(source, value, [keys[1], key], depth + 1)
    return imageKey.test(key) ? [readField(source, key, value, fields)] : []
  })
  const own = speaksOfImage(keys) ? [readParts(source, node, fields)] : []
  const isProgram = ['command', 'args', 'env'].some((key) => isSeq(fields.get(key)))
  return [...own, ...found, ...(isProgram ? [readProgram(source, node)] : [])]
}

/** Operators with a name like those of Kubernetes itself. */
const approved: readonly string[] = ['sparkoperator.k8s.io']

/** Groups of Kubernetes itself have no images outside of pods; a kind cluster's are those of its nodes. */
const isCustom = (apiVersion: string): boolean => {
  const group = /^([^/]*\.[^/]*)\//.exec(apiVersion)?.[1]
  if (group === undefined || group === 'kind.x-k8s.io') return false
  return !group.endsWith('.k8s.io') || approved.includes(group)
}

/** What an object says itself; its status is what a cluster has said of it. */
const readCustom = (source: Source, object: unknown): Named => {
  const fields = [...source.reader.entries(object)]
  const own = fields.filter(([key]) => key !== 'metadata' && key !== 'status')
  return joinNamed(own.flatMap(([key, value]) => walk(source, value, ['', key], 0)))
}

/**
 * Finds the images that an object names, wherever its kind has them. Of all else that it says nothing is
 * kept.
 *
 * @param pod what its pods are made from; undefined for what makes none, or makes them in its own way
 */
export const readImages = (
  source: Source,
  object: unknown,
  apiVersion: string,
  pod: unknown,
): Named => {
  try {
    if (pod !== undefined) return readPod(source, pod)
    return isCustom(apiVersion) ? readCustom(source, object) : none
  } catch {
    return toUnknown(source, object, 'the object is too large to be searched for images')
  }
}
