import { toEntries, toFields, toTexts } from '../inputs/entries.ts'
import type { BakeDefinition } from '../inputs/inputs.ts'
import type { BakeTarget } from './definition.ts'

/** An output beside ours, as `--output` takes it: names and values. */
export type Output = ReadonlyMap<string, string>

const typeOf = (output: Output): string => output.get('type') ?? ''

/** Whether it goes to a registry. */
export const isPush = (output: Output): boolean =>
  typeOf(output) === 'image' && output.get('push') === 'true'

/** Docker's own store, which is an output of ours. */
const isLoad = (output: Output): boolean => typeOf(output) === 'docker' && !output.has('dest')

const isImage = (output: Output): boolean => /^(?:image|oci|docker)$/.test(typeOf(output))

/** A folder alone is written to, and `registry` is a short form. */
const toFull = (output: Output): Output => {
  const folder = output.get('')
  if (folder !== undefined && !output.has('type')) return toFields(`type=local,dest=${folder}`)
  if (typeOf(output) !== 'registry') return output
  return new Map([...output, ['type', 'image'], ['push', 'true']])
}

const push: Output = new Map([
  ['type', 'image'],
  ['push', 'true'],
])

/**
 * What a build makes besides the image for the nodes. Pushes come last: what buildx reports of an image is
 * what the last output says of it.
 *
 * @param isOwn the step itself says what it makes, not a Bake file
 * @param pushes all that was asked for is pushed
 */
export const toFurther = (
  { definition, isWanted }: Pick<BakeTarget, 'definition' | 'isWanted'>,
  { isOwn, pushes }: { readonly isOwn: boolean; readonly pushes: boolean },
): { readonly further: readonly Output[]; readonly isLoaded: boolean } => {
  if (!isWanted) return { further: [], isLoaded: false }
  const given = isOwn ? toEntries(definition['output']).map(toFields).map(toFull) : []
  const others = given.filter((output) => !isLoad(output) && typeOf(output) !== 'cacheonly')
  const pushed = others.filter(isPush)
  const last = pushes && pushed.length === 0 ? [push] : pushed
  return {
    further: [...others.filter((output) => !isPush(output)), ...last],
    isLoaded: given.some(isLoad),
  }
}

/** A field of CSV, as buildx splits an output. */
export const quote = (field: string): string =>
  /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field

/** As it is put down: CSV, whose names buildx takes in lower case; where that would change one, a map. */
const toEntry = (output: Output): string | Readonly<Record<string, string>> =>
  [...output.keys()].some((name) => /[A-Z]/.test(name))
    ? Object.fromEntries(output)
    : [...output].map(([name, value]) => quote(`${name}=${value}`)).join(',')

/** As attributes of one output: of a target, they would be on the nodes' image, too. */
const toAnnotations = (definition: BakeDefinition): readonly (readonly [string, string])[] =>
  toTexts(definition['annotations']).flatMap((text): readonly (readonly [string, string])[] => {
    const at = text.indexOf('=')
    const [name, value] = [text.slice(0, at), text.slice(at + 1)]
    const colon = name.indexOf(':')
    if (colon < 0) return [[`annotation.${name}`, value]]
    const levels = name.slice(0, colon).split(',')
    return levels.map((level) => [`annotation-${level}.${name.slice(colon + 1)}`, value])
  })

/**
 * The outputs beside ours as entries of a Bake file.
 *
 * @param names of the image; without them an output's own stays
 */
export const toFurtherEntries = (
  further: readonly Output[],
  definition: BakeDefinition,
  names: readonly string[],
): readonly (string | Readonly<Record<string, string>>)[] =>
  further.map((output) => {
    if (!isImage(output)) return toEntry(output)
    const named = names.length === 0 ? [] : ([['name', names.join(',')]] as const)
    return toEntry(new Map([...output, ...named, ...toAnnotations(definition)]))
  })

const withoutProvenance = 'type=provenance,disabled=true'

/** Attestations are for whoever gets the other outputs; without a word there is none. */
export const toAttests = (
  further: readonly Output[],
  definition: BakeDefinition,
): readonly unknown[] => {
  const given = further.length === 0 ? [] : toEntries(definition['attest'])
  const isSaid = given.some((entry) => toFields(entry).get('type') === 'provenance')
  return isSaid ? given : [...given, withoutProvenance]
}
