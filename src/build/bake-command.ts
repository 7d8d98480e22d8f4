import { memoryFolder } from '../host/memory-file.ts'
import { toEntries } from '../inputs/entries.ts'
import type { BakeFile } from '../inputs/inputs.ts'
import type { BakeTarget } from './definition.ts'
import { toLayoutOutput } from './layout-output.ts'
import { quote, toAttests, toFurtherEntries } from './outputs.ts'
import { toRegistryOutput } from './registry-output.ts'
import type { SecretSource } from './secret-channel.ts'
import { type Target, toBakeTargets } from './target.ts'

/** @param names that only this output has, where others have others */
const toOutput = ({ output }: Target, place: string, names: readonly string[]): string => {
  switch (output) {
    case 'docker':
      return names.length === 0 ? 'type=docker' : `type=docker,${quote(`name=${names.join(',')}`)}`
    case 'oci-layout':
      return toLayoutOutput(place)
    case 'registry':
      return toRegistryOutput(place)
    case 'cache':
      return 'type=cacheonly'
  }
}

/** Whether some output takes attestations. */
const isAttested = ({ further, bake }: Target): boolean =>
  further.length > 0 && toEntries(bake.definition['attest']).length > 0

/**
 * The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
 * name goes into the local store or into a folder; what is made for others is in the store for a while, or
 * only in the build cache.
 *
 * @param place the folder, or the image's name in the step's own registry
 */
export const toBakeFile = (
  target: Target,
  secrets: readonly SecretSource[],
  place: string,
): BakeFile => {
  const { bake, bases, tags, isWanted, intermediate, further } = target
  const ours = secrets.map(({ id, from }) => `id=${id},${from}`)
  const own = isWanted ? tags.map((tag) => tag.given) : []
  const names = intermediate === undefined ? own : [...own, intermediate]
  // The names of a target go to all of its outputs, and this one is for nobody else.
  const isApart = (further.length > 0 && intermediate !== undefined) || target.output === 'registry'
  const toEntry = ({ definition }: BakeTarget, output: readonly unknown[]) => ({
    ...definition,
    // An attestation makes an index of an image, which a node cannot use any better.
    attest: undefined,
    annotations: undefined,
    call: undefined,
    secret: [...toEntries(definition['secret']), ...ours],
    output,
  })
  const outputs = [
    toOutput(target, place, isApart ? names : []),
    ...toFurtherEntries(further, bake.definition, isApart ? own : []),
  ]
  const attest = isAttested(target) ? { attest: toAttests(further, bake.definition) } : {}
  return {
    target: {
      ...Object.fromEntries(bases.map((base) => [base.name, toEntry(base, ['type=cacheonly'])])),
      [bake.name]: { ...toEntry(bake, outputs), ...attest, tags: isApart ? undefined : names },
    },
  }
}

/**
 * What was checked, once more for Bake's own check, which would ask on a terminal otherwise. Our
 * secrets are files in memory, and the folder for the image is ours.
 */
const toAllowFlags = (
  target: Target,
  secrets: readonly SecretSource[],
  layout: string,
): readonly string[] => {
  const targets = toBakeTargets(target)
  if (targets.some(({ allowances }) => allowances === undefined)) return []
  const own = [
    ...(secrets.some(({ from }) => from.startsWith('src=')) ? [`fs.read=${memoryFolder}`] : []),
    ...(target.output === 'oci-layout' ? [`fs.write=${layout}`] : []),
  ]
  const all = new Set([...targets.flatMap(({ allowances = [] }) => allowances), ...own])
  return [...all].map((allowance) => `--allow=${allowance}`)
}

/** The arguments of `docker` that build one target. */
export const toBakeArgs = (
  target: Target,
  file: string,
  metadataFile: string,
  secrets: readonly SecretSource[],
  layout: string,
): readonly string[] => [
  'buildx',
  'bake',
  // An attestation would turn the image into an index, which a node cannot use any better; as an option it
  // would go before what the file says.
  ...(isAttested(target) ? [] : ['--provenance=false']),
  ...toAllowFlags(target, secrets, layout),
  `--file=${file}`,
  `--metadata-file=${metadataFile}`,
  '--',
  target.bake.name,
]
