import { memoryFolder } from '../host/memory-file.ts'
import type { ImageReference } from '../image/reference.ts'
import type { BakeFile, BuildInputs } from '../inputs/inputs.ts'
import { handoverRepository } from '../ownership.ts'
import { type BakeTarget, withBases } from './definition.ts'
import type { SecretSource } from './secret-channel.ts'

/** One image to build. */
export type Target = {
  readonly name: string
  readonly tags: readonly ImageReference[]
  /** Other targets that have to be built first. */
  readonly dependsOn: readonly string[]
  /** Asked for, and so loaded; not only built for another. */
  readonly isWanted: boolean
  /**
   * A name for as long as the step lasts, which no other step gives to an image: by it others find
   * what this one made, and so does the load. Undefined for what Docker's store does not get.
   */
  readonly handover: string | undefined
  readonly source:
    | { readonly kind: 'own'; readonly build: BuildInputs }
    /** With those that it builds upon, where it does not find them by their handover. */
    | { readonly kind: 'bake'; readonly targets: readonly BakeTarget[] }
}

/** The step's own build, without any Bake file. */
export const toOwnTarget = (build: BuildInputs, runId: string): Target => {
  const handover = `${handoverRepository(runId)}:0`
  const tags = [...build.tags, { given: handover, canonical: handover }]
  return {
    name: build.tags[0]?.given ?? build.context,
    tags: build.tags,
    dependsOn: [],
    isWanted: true,
    handover,
    source: { kind: 'own', build: { ...build, tags } },
  }
}

/** The target with images in place of the targets that it builds upon. */
const withImages = (
  target: BakeTarget,
  handoverOf: (name: string) => string | undefined,
): BakeTarget => {
  const contexts = Object.entries(target.definition['contexts'] ?? {}).map(([key, context]) => {
    const [, base] = /^target:(.*)$/.exec(String(context)) ?? []
    const handover = base === undefined ? undefined : handoverOf(base)
    return [key, handover === undefined ? context : `docker-image://${handover}`]
  })
  return { ...target, definition: { ...target.definition, contexts: Object.fromEntries(contexts) } }
}

/**
 * What Bake has, as builds of their own.
 *
 * Docker's own builder finds what others build upon as images: from its cache it would take them
 * mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
 * then builds them twice. Other builders do not see Docker's images, and have only the cache; and
 * `pull` would look for them in a registry.
 */
export const toTargets = (
  all: readonly BakeTarget[],
  builderDriver: string | undefined,
  runId: string,
): readonly Target[] => {
  const bases = new Set(all.flatMap(({ dependsOn }) => dependsOn))
  const isHandedOver = (name: string): boolean => builderDriver === 'docker' && bases.has(name)
  const nameOf = (name: string): string => {
    const index = all.findIndex((target) => target.name === name)
    return `${handoverRepository(runId)}:${index}`
  }
  const handoverOf = (name: string): string | undefined =>
    isHandedOver(name) ? nameOf(name) : undefined
  return all.map((target) => {
    const { name, tags, dependsOn, isWanted, definition } = target
    const isExported = isHandedOver(name) || (isWanted && tags.length > 0)
    const pulls = definition['pull'] === true
    const targets =
      builderDriver === 'docker' && !pulls ? [withImages(target, handoverOf)] : withBases(name, all)
    const source = { kind: 'bake', targets } as const
    const handover = isExported ? nameOf(name) : undefined
    return { name, tags, dependsOn, isWanted, handover, source }
  })
}

/**
 * The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
 * name goes into the local store; what is made for others is there for a while, or only in the build
 * cache.
 */
export const toBakeFile = (
  { name, tags, isWanted, handover }: Target,
  targets: readonly BakeTarget[],
  secrets: readonly SecretSource[],
): BakeFile => ({
  target: Object.fromEntries(
    targets.map(({ name: each, definition }) => {
      const given = Array.isArray(definition['secret']) ? definition['secret'] : []
      const ours = secrets.map(({ id, from }) => `id=${id},${from}`)
      const isExported = each === name && handover !== undefined
      const output = isExported ? ['type=docker'] : ['type=cacheonly']
      const own = isWanted ? tags.map((tag) => tag.given) : []
      const names = each === name ? { tags: [...own, ...(handover ? [handover] : [])] } : {}
      // It has just been built, so the cache has it, and nothing newer is wanted.
      const again = each === name ? {} : { 'no-cache': false, 'no-cache-filter': [], pull: false }
      // What an attestation makes is an index, which a node cannot use any better.
      const none = { attest: undefined, call: undefined }
      const changed = { ...names, ...again, ...none, secret: [...given, ...ours], output }
      return [each, { ...definition, ...changed }]
    }),
  ),
})

/**
 * What was checked, once more for Bake's own check, which would ask on a terminal otherwise. Our
 * secrets are files in memory.
 */
const toAllowFlags = (
  targets: readonly BakeTarget[],
  secrets: readonly SecretSource[],
): readonly string[] => {
  if (targets.some(({ allowances }) => allowances === undefined)) return []
  const own = secrets.some(({ from }) => from.startsWith('src=')) ? [`fs.read=${memoryFolder}`] : []
  const all = new Set([...targets.flatMap(({ allowances = [] }) => allowances), ...own])
  return [...all].map((allowance) => `--allow=${allowance}`)
}

/** The target for another try: it has just been built, so the cache has it, and nothing newer is wanted. */
export const toCached = (target: Target): Target => {
  const { source } = target
  if (source.kind === 'own') {
    const build = { ...source.build, noCache: false, pull: false }
    return { ...target, source: { ...source, build } }
  }
  const again = { 'no-cache': false, 'no-cache-filter': [], pull: false }
  const targets = source.targets.map((each) => {
    return { ...each, definition: { ...each.definition, ...again } }
  })
  return { ...target, source: { ...source, targets } }
}

/** The arguments of `docker` that build one target of a Bake file. */
export const toBakeArgs = (
  file: string,
  name: string,
  targets: readonly BakeTarget[],
  metadataFile: string,
  secrets: readonly SecretSource[],
): readonly string[] => [
  'buildx',
  'bake',
  // An attestation would turn the image into an index, which a node cannot use any better.
  '--provenance=false',
  ...toAllowFlags(targets, secrets),
  `--file=${file}`,
  `--metadata-file=${metadataFile}`,
  '--',
  name,
]
