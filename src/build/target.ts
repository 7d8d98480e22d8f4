import type { ImageReference } from '../inputs/image-reference.ts'
import type { BakeFile, BuildInputs } from '../inputs/inputs.ts'
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
  readonly source:
    | { readonly kind: 'own'; readonly build: BuildInputs }
    /** With all targets that it builds upon. */
    | { readonly kind: 'bake'; readonly targets: readonly BakeTarget[] }
}

/** The step's own build, without any Bake file. */
export const toOwnTarget = (build: BuildInputs): Target => ({
  name: build.tags[0]?.given ?? build.context,
  tags: build.tags,
  dependsOn: [],
  isWanted: true,
  source: { kind: 'own', build },
})

export const toTargets = (all: readonly BakeTarget[]): readonly Target[] =>
  all.map(({ name, tags, dependsOn, isWanted }) => ({
    name,
    tags,
    dependsOn,
    isWanted,
    source: { kind: 'bake', targets: withBases(name, all) },
  }))

/**
 * The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
 * name goes into the local store; the rest is made for others and stays in the build cache.
 */
export const toBakeFile = (
  { name, tags, isWanted }: Target,
  targets: readonly BakeTarget[],
  secrets: readonly SecretSource[],
): BakeFile => ({
  target: Object.fromEntries(
    targets.map(({ name: each, definition }) => {
      const given = Array.isArray(definition['secret']) ? definition['secret'] : []
      const ours = secrets.map(({ id, from }) => `id=${id},${from}`)
      const isExported = each === name && isWanted && tags.length > 0
      const output = isExported ? ['type=docker'] : ['type=cacheonly']
      return [each, { ...definition, secret: [...given, ...ours], output }]
    }),
  ),
})

/** Bake asks on a terminal, where there is none, whether a target may use the network that it names. */
const toAllowances = (targets: readonly BakeTarget[]): readonly string[] =>
  targets.some(({ definition }) => definition['network'] === 'host') ? ['--allow=network.host'] : []

/** The arguments of `docker` that build one target of a Bake file. */
export const toBakeArgs = (
  file: string,
  name: string,
  targets: readonly BakeTarget[],
  metadataFile: string,
): readonly string[] => [
  'buildx',
  'bake',
  '--progress=plain',
  // An attestation would turn the image into an index, which a node cannot use any better.
  '--provenance=false',
  ...toAllowances(targets),
  `--file=${file}`,
  `--metadata-file=${metadataFile}`,
  '--',
  name,
]
