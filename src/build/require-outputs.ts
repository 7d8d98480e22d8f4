import type { Builder } from '../docker/info.ts'
import { findOlder, isOlder, type Version } from '../docker/version.ts'
import { Failure } from '../failure.ts'
import { normalizePlatform } from '../image/platform.ts'
import { toTexts } from '../inputs/entries.ts'
import type { BakeInputs } from '../inputs/inputs.ts'
import { readQuietly, toBakeFiles } from './dockerfile/find.ts'
import { findAnnotated, findAttested } from './exports.ts'
import { isPush } from './outputs.ts'
import type { Target } from './target.ts'

/** The first release of buildx whose Bake knows an attribute; older ones leave it out without a word. */
const firstBuildx: Readonly<Record<string, readonly [input: string, version: Version]>> = {
  'extra-hosts': ['add-hosts', [0, 25]],
  network: ['network', [0, 17]],
  entitlements: ['allow', [0, 17]],
}

/**
 * Requires that buildx knows what the step says.
 *
 * @param findVersion asks buildx, if that matters
 * @throws {Failure} with the input, and the version that it needs
 */
export const requireBuildx = async (
  { definition }: BakeInputs,
  findVersion: () => Promise<Version | undefined>,
): Promise<void> => {
  const targets = Object.values(definition?.target ?? {})
  for (const [word, [input, wanted]] of Object.entries(firstBuildx)) {
    if (!targets.some((target) => target[word] !== undefined)) continue
    const version = await findVersion()
    if (version === undefined || !isOlder(version, wanted)) continue
    const what = `${input} needs buildx ${wanted.join('.')} or newer, and this one is ${version.join('.')}`
    throw new Failure(what, {
      remedy: 'Install a newer one, as with `version: latest` of docker/setup-buildx-action.',
    })
  }
}

type BuilderFacts = {
  readonly builder: Builder | undefined
  readonly hasContainerdStore: boolean
  readonly workspace: string
}

type Problem = readonly [what: string, remedy: string]

const another = 'Use another builder, as of docker/setup-buildx-action, and leave load out.'

const findUnnamed = (targets: readonly Target[]): readonly Problem[] =>
  targets
    .filter(
      ({ further, tags }) =>
        tags.length === 0 && further.some((out) => isPush(out) && !out.has('name')),
    )
    .map(({ name }) => [
      `push: ${name} has no tags, so nothing says where to`,
      'Give it a tag with its registry, such as ghcr.io/acme/api:dev.',
    ])

/** What would be in Docker's store with the image, and go into the nodes. */
const findMixed = (targets: readonly Target[]): readonly Problem[] => {
  const mixed = targets.filter(({ output, further }) => output === 'docker' && further.length > 0)
  const toProblem = (word: string, names: readonly string[]): readonly Problem[] =>
    names.length === 0
      ? []
      : [
          [
            `${word} of ${names.join(', ')} would also be in Docker's store and in the nodes`,
            another,
          ],
        ]
  return [
    ...toProblem('attestations', findAttested(mixed)),
    ...toProblem('annotations', findAnnotated(mixed)),
  ]
}

const findImpossible = (
  targets: readonly Target[],
  { builder, hasContainerdStore }: BuilderFacts,
): readonly Problem[] => {
  if (builder?.driver !== 'docker' || hasContainerdStore) return []
  return targets.flatMap(({ name, further }) =>
    further
      .map((output) => output.get('type') ?? '')
      .filter((type) => type === 'oci' || type === 'docker')
      .map(
        (type): Problem => [
          `outputs of ${name}: Docker's classic image store cannot write type=${type}`,
          'Use another builder, as of docker/setup-buildx-action, or the containerd image store.',
        ],
      ),
  )
}

const severalOutputs: Version = [0, 13]

const findOld = (targets: readonly Target[], { builder }: BuilderFacts): readonly Problem[] => {
  const old = findOlder(builder?.versions ?? [], severalOutputs)
  const names = targets.filter(({ further }) => further.length > 0).map(({ name }) => name)
  if (old === undefined || names.length === 0) return []
  const what = `several outputs at once (${names.join(', ')}) need BuildKit 0.13 or newer`
  return [[`${what}, and the builder has ${old.join('.')}`, 'Use a newer builder.']]
}

/** The part that decides: variants run on what is newer, and a builder has one for each. */
const toBare = (platform: string): string =>
  normalizePlatform(platform).replace(/^([^/]+\/(?:amd64|arm64))\/.*$/, '$1')

/** A Dockerfile that says where its steps run may need no such machine. */
const saysPlatform = ({ bake }: Target, workspace: string): boolean => {
  const { dockerfile, folder } = toBakeFiles(bake.definition, workspace)
  const text = dockerfile && readQuietly(dockerfile)
  return folder === undefined || text === undefined || /--platform=/.test(text)
}

const findForeign = (
  targets: readonly Target[],
  { builder, workspace }: BuilderFacts,
): readonly Problem[] => {
  const known = (builder?.platforms ?? []).map(toBare)
  if (known.length === 0) return []
  return targets.flatMap((target): readonly Problem[] => {
    const platforms = toTexts(target.bake.definition['platforms'])
    const lacking = platforms.filter((each) => each !== 'local' && !known.includes(toBare(each)))
    if (lacking.length === 0 || saysPlatform(target, workspace)) return []
    const what = `platforms of ${target.name}: the builder has no ${lacking.join(', ')}`
    return [
      [
        `${what} (it has ${[...new Set(known)].join(', ')})`,
        'Use docker/setup-qemu-action before, a builder for them, or FROM --platform=$BUILDPLATFORM.',
      ],
    ]
  })
}

/**
 * Requires that the builder can make all that targets say at once.
 *
 * @throws {Failure} one for all that it cannot, before anything is built
 */
export const requireOutputs = (targets: readonly Target[], facts: BuilderFacts): void => {
  const problems = [
    ...findUnnamed(targets),
    ...findMixed(targets),
    ...findImpossible(targets, facts),
    ...findOld(targets, facts),
    ...findForeign(targets, facts),
  ]
  const [first] = problems
  if (first === undefined) return
  const [what, remedy] = first
  if (problems.length === 1) throw new Failure(what, { remedy })
  const lines = problems.map(([each, how]) => `- ${each}. ${how}`)
  throw new Failure(['The builder cannot make what the step asks for:', ...lines].join('\n'))
}
