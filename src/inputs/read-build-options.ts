import { toFields } from './entries.ts'
import type { BakeDefinition } from './inputs.ts'
import { type Reader, type Run, toLines, toList } from './reader.ts'
import { escapeTemplate } from './template.ts'

/** A list of entries, as Bake takes it; undefined for none. */
const toTexts = (values: readonly string[]): readonly string[] | undefined =>
  values.length === 0 ? undefined : values.map(escapeTemplate)

/** The addresses of each host: Bake has a map of them. */
const readHosts = ({ raw, check }: Reader): Readonly<Record<string, string>> | undefined => {
  const hosts: Record<string, string> = {}
  for (const entry of check('add-hosts', toList(raw['add-hosts']))) {
    const [, host = '', address = ''] = /^([^:=]+)[:=](.*)$/.exec(entry) ?? []
    hosts[host] = hosts[host] === undefined ? address : `${hosts[host]},${address}`
  }
  return Object.keys(hosts).length === 0 ? undefined : hosts
}

/** By which a provenance names its builder: the run, in the words of build-push-action. */
const toRunUrl = ({ env }: Run): string =>
  `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${env['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${env['GITHUB_RUN_ID'] ?? ''}/attempts/${env['GITHUB_RUN_ATTEMPT'] ?? '1'}`

const attestWords = ['provenance', 'sbom'] as const

/** `true`, `false`, or parameters of the attestation. */
const toAttest = (word: (typeof attestWords)[number], value: string, run: Run): string => {
  if (/^false$/i.test(value)) return `type=${word},disabled=true`
  const parameters = /^true$/i.test(value) ? '' : `,${value}`
  const isComplete = word === 'sbom' || /(?:^|,)builder-id=/.test(value)
  return `type=${word}${parameters}${isComplete ? '' : `,builder-id=${toRunUrl(run)}`}`
}

/** The inputs of their own go before what `attests` says of the same. */
const readAttests = ({ raw, run, text, check }: Reader): readonly string[] => {
  const own = attestWords.flatMap((word) => {
    const value = text(word)
    return value === undefined ? [] : [toAttest(word, value, run)]
  })
  const others = check('attests', toLines(raw['attests'])).filter(
    (entry) => !attestWords.some((word) => text(word) && toFields(entry).get('type') === word),
  )
  return [...own, ...others]
}

const isPush = (output: string): boolean => {
  const fields = toFields(output)
  const type = fields.get('type')
  return type === 'registry' || (type === 'image' && fields.get('push') === 'true')
}

/** `push` has the images among the outputs pushed, or is one more. */
const readOutputs = (reader: Reader, tags: readonly string[]): readonly string[] => {
  const { raw, check, isTrue, report } = reader
  const given = check('outputs', toLines(raw['outputs']))
  const isImage = (output: string): boolean => toFields(output).get('type') === 'image'
  const pushed = given.map((output) =>
    isImage(output) && !isPush(output) ? `${output},push=true` : output,
  )
  const all = !isTrue('push')
    ? given
    : pushed.some(isPush)
      ? pushed
      : [...pushed, 'type=image,push=true']
  const isNamed = (output: string): boolean => tags.length > 0 || toFields(output).has('name')
  if (all.some((output) => isPush(output) && !isNamed(output))) {
    const how = 'Give the image a tag with its registry, such as ghcr.io/acme/api:dev.'
    report('push', `there are no tags, so nothing says where to. ${how}`)
  }
  return all
}

/** What cannot be, in place of a build that does something else. */
const reportImpossible = ({ text, report }: Reader): void => {
  const group = text('cgroup-parent')
  if (group !== undefined) {
    const how =
      'Leave it out, and give it to the builder: `driver-opts: cgroup-parent=NAME` of docker/setup-buildx-action.'
    report('cgroup-parent', `Bake, by which Slipway builds, has no such attribute. ${how}`, group)
  }
  const call = text('call')
  if (call !== undefined && call !== 'build') {
    const how = `Leave it out; \`docker buildx build --call=${call}\` in a step of its own says the same.`
    report('call', `only build makes an image that can be loaded. ${how}`, call)
  }
}

/**
 * Reads what else build-push-action has, with the same names and meanings, as attributes of a Bake target.
 *
 * @param tags names of the image
 */
export const readBuildOptions = (reader: Reader, tags: readonly string[]): BakeDefinition => {
  const { raw, check, word } = reader
  reportImpossible(reader)
  return {
    'extra-hosts': readHosts(reader),
    annotations: toTexts(check('annotations', toLines(raw['annotations']))),
    attest: toTexts(readAttests(reader)),
    'cache-from': toTexts(toLines(raw['cache-from'])),
    'cache-to': toTexts(toLines(raw['cache-to'])),
    'no-cache-filter': toTexts(check('no-cache-filters', toList(raw['no-cache-filters']))),
    output: toTexts(readOutputs(reader, tags)),
    platforms: toTexts(check('platforms', toList(raw['platforms']))),
    'shm-size': word('shm-size'),
    ulimits: toTexts(check('ulimit', toLines(raw['ulimit']))),
  }
}
