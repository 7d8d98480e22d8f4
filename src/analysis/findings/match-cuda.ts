import type { Placed } from '../../image/contents/merge.ts'
import {
  adviseOnOrphaned,
  adviseOnSystem,
  adviseOnUnused,
  generalAdvice,
  isCudaPart,
} from './cuda-advice.ts'
import type { Distribution } from './distributions.ts'
import type { Match, Rule } from './finding.ts'
import { listDistributions, toMatches } from './match-distributions.ts'
import { countPlaced, isBase, nameOf, parentOf, type Subject } from './subject.ts'

const orphanRule: Rule = {
  id: 'cuda-orphaned',
  level: 'warning',
  what: 'CUDA beside a torch that runs on CPUs',
  fix: generalAdvice.orphaned,
}

const unusedRule: Rule = {
  id: 'cuda-unused',
  level: 'warning',
  what: 'CUDA, and no pod that runs the image asks for a GPU',
  fix: generalAdvice.unused,
  doubt: 'the image runs on GPUs elsewhere',
}

const twiceRule: Rule = {
  id: 'cuda-twice',
  level: 'warning',
  what: "CUDA's libraries twice: of Python's distributions and of the system",
  fix: 'Begin with an image without CUDA: the distributions bring all that Python needs, but for the driver, which the node has.',
  doubt: "a program that is not Python's needs them",
}

export const cudaRules: readonly Rule[] = [orphanRule, unusedRule, twiceRule]

/** Less is no CUDA. */
const leastBytes = 10_000_000

const isCpuTorch = ({ name, version }: Distribution): boolean =>
  name === 'torch' && /\+cpu(?:\.|$)/.test(version)

/** Parts of CUDA that a torch has brought which is no longer there: nothing else requires or names them. */
const findOrphaned = (
  subject: Subject,
  all: readonly Distribution[],
  askedFor: ReadonlySet<string>,
): readonly Distribution[] => {
  const sites = new Set(all.filter(isCpuTorch).map(({ site }) => site))
  const required = new Set(
    all.filter((each) => !isCudaPart(each)).flatMap(({ requires }) => requires),
  )
  const parts = all.filter((each) => isCudaPart(each) && sites.has(each.site))
  const isKept = ({ name, layer, installer, isRequested }: Distribution): boolean =>
    required.has(name) ||
    askedFor.has(name) ||
    isBase(subject, layer) ||
    (installer === 'pip' && isRequested)
  // What one of them requires is needed as long as that one is.
  const kept = new Set(parts.filter(isKept))
  for (const { requires } of kept)
    for (const part of parts) if (requires.includes(part.name)) kept.add(part)
  return parts.filter((part) => !kept.has(part))
}

const systemFolder =
  /^usr\/local\/cuda[^/]*\/(?!.*\/stubs\/)|^usr\/lib\/[^/]+\/lib(?:cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|npp|nvrtc|nvjpeg|nvjitlink)/i

/** `libcublasLt` of `libcublasLt.so.12.1.3`. */
const toLibrary = (path: string): string | undefined =>
  /^(lib\w+)\.so[\d.]*$/.exec(nameOf({ path }))?.[1]

/** CUDA as the system has it, of a base or a package. */
const findSystem = ({ merged }: Subject): readonly Placed[] =>
  merged.visible.filter(({ entry }) => entry.type === 'f' && systemFolder.test(entry.path))

/** What torch has in its own folder, in older versions. */
const torchLibrary = /\/torch\/lib\/lib(?:torch_cuda|c10_cuda|caffe2_nvrtc|cu[bdfrs]|nccl|nv)/

const findWheels = (all: readonly Distribution[]): readonly Distribution[] =>
  all.flatMap((each) => {
    if (isCudaPart(each)) return [each]
    const files = each.files.filter(({ entry }) => torchLibrary.test(`/${entry.path}`))
    if (each.name !== 'torch' || files.length === 0) return []
    return [{ ...each, files, bytes: countPlaced(files) }]
  })

const foldersOf = (files: readonly Placed[]): readonly string[] => [
  ...new Set(
    files
      .toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes)
      .map(({ entry }) => parentOf(entry.path)),
  ),
]

/** Of the system's, for the line that has brought most; the base's is the line of FROM. */
const toSystemMatch = (
  rule: Rule,
  subject: Subject,
  files: readonly Placed[],
  ours: number | undefined,
): readonly Match[] => {
  const bytes = countPlaced(files)
  const [largest] = files.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes)
  if (largest === undefined || bytes < leastBytes) return []
  const paths = foldersOf(files)
  if (!isBase(subject, largest.layer)) return [{ rule, layer: largest.layer, bytes, paths }]
  const location = subject.background.recipe?.base?.location
  if (location === undefined && ours === undefined) return []
  return [{ rule, layer: ours ?? largest.layer, location, bytes, paths }]
}

/** One match for each line, with what is better done there. */
const toAdvised = (
  rule: Rule,
  some: readonly Distribution[],
  advise: (group: readonly Distribution[]) => string,
): readonly Match[] =>
  [...Map.groupBy(some, ({ layer }) => layer).values()].flatMap((group) =>
    toMatches(rule, group, leastBytes).map((match) => ({ ...match, fix: advise(group) })),
  )

const matchUnused = (
  subject: Subject,
  wheels: readonly Distribution[],
  all: readonly Distribution[],
): readonly Match[] => {
  if (subject.background.asksForGpu !== false) return []
  const ours = wheels.filter(({ layer }) => !isBase(subject, layer))
  const ofSystem = toSystemMatch(unusedRule, subject, findSystem(subject), undefined)
  return [
    ...toAdvised(unusedRule, ours, (group) => adviseOnUnused(group, all)),
    ...ofSystem.map((match) => ({ ...match, fix: adviseOnSystem(isBase(subject, match.layer)) })),
  ]
}

const matchTwice = (subject: Subject, wheels: readonly Distribution[]): readonly Match[] => {
  const ours = wheels.filter(({ layer }) => !isBase(subject, layer))
  const inWheels = new Set(
    wheels.flatMap(({ files }) => files.flatMap(({ entry }) => toLibrary(entry.path) ?? [])),
  )
  const same = findSystem(subject).filter(({ entry }) => inWheels.has(toLibrary(entry.path) ?? '-'))
  const [layer] = ours.toSorted((a, b) => b.bytes - a.bytes).map((each) => each.layer)
  if (same.every((each) => isBase(subject, each.layer)) && layer === undefined) return []
  return toSystemMatch(twiceRule, subject, same, layer).map((match) => ({
    ...match,
    evidence: `also of ${listDistributions(wheels)}`,
  }))
}

/**
 * CUDA that nobody needs. What is told by one rule is told by no other.
 *
 * @returns the findings, and the distributions that they are about
 */
export const matchCuda = (
  subject: Subject,
  all: readonly Distribution[],
  askedFor: ReadonlySet<string>,
): { readonly matches: readonly Match[]; readonly told: ReadonlySet<Distribution> } => {
  const orphaned = findOrphaned(subject, all, askedFor)
  const wheels = findWheels(all).filter((each) => !orphaned.includes(each))
  const unused = matchUnused(subject, wheels, all)
  const twice = unused.length > 0 ? [] : matchTwice(subject, wheels)
  const matches = [
    ...toAdvised(orphanRule, orphaned, (group) => adviseOnOrphaned(group, all)),
    ...unused,
    ...twice,
  ]
  return { matches, told: new Set([...orphaned, ...(unused.length > 0 ? wheels : [])]) }
}
