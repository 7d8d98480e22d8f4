import { isPush } from '../build/outputs.ts'
import { isForFolder, type Target } from '../build/target.ts'
import { renderError } from '../failure.ts'
import type { Sizes } from '../image/sizes.ts'
import type { KeepImages } from '../inputs/choices.ts'
import { renderBecause } from '../load/because.ts'
import type { MethodChoice, NodePlan } from '../load/plan-method.ts'
import { escapeLine, formatBytes } from '../text/format.ts'
import { mostCachedLoads } from './lanes.ts'
import type { Plan } from './plan.ts'
import { renderSum } from './shortage.ts'
import type { Step, StepOf } from './steps.ts'

const list = (words: readonly string[]): string => words.join(', ')

const renderTarget = ({ name, tags, isWanted, further }: Target): string => {
  const names = tags.map(({ given }) => given).filter((given) => given !== name)
  const pushed = further.some(isPush) ? 'pushed, too' : ''
  const notes = [list(names), isWanted ? pushed : 'a dependency, not loaded'].filter(Boolean)
  return `Build ${name}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}

const renderFiles = ({ wanted, removals }: StepOf<'sync-files'>): string => {
  const each = wanted.map(
    ({ files: { target }, found: { source } }) => `${target} (${formatBytes(source.sizeBytes)})`,
  )
  const gone = [...new Set(removals.map(({ target }) => `remove ${target}`))]
  return `Put files into nodes: ${list([...each, ...gone])}`
}

const renderImages = ({ wanted }: StepOf<'image-volumes'>): string => {
  const targets = wanted.map(({ files: { target } }) => target)
  return targets.length === 0
    ? 'Remove images of files that nobody asks for'
    : `Make images of files: ${list(targets)}`
}

/** Undefined for what is only bookkeeping, such as names that exist while a step works. */
const renderStep = (step: Step): string | undefined => {
  switch (step.kind) {
    case 'create-cluster':
      return `Start the cluster ${step.cluster} with kind, or use the one that is there`
    case 'await-cluster':
      return 'Wait until kind has made the cluster'
    case 'free-disk': {
      const { entries, targetFreeBytes } = step.freeing
      const goal =
        targetFreeBytes === undefined ? '' : ` until ${formatBytes(targetFreeBytes)} are free`
      return `Free disk${goal}: ${list(entries.map(({ name }) => name))}`
    }
    case 'await-disk':
      return 'Wait until builds have enough free disk to start'
    case 'build':
      return renderTarget(step.target)
    case 'pull':
      return `Pull ${step.reference.given}`
    case 'unpack-archive':
      return `Unpack ${list(step.packed.references.map(({ given }) => given))} from ${step.packed.file}`
    case 'mirror-nodes':
      return `Have the nodes ask ${list(step.mirrors.map(({ host }) => host))} for what pods pull`
    case 'keep-pulled':
      return 'Keep new layers of pulled images for later runs'
    case 'restore-builds':
      return 'Look up what was kept of earlier builds'
    case 'restore-mounts':
      return `Restore cache mounts: ${list(step.mounts.map(({ id }) => id))}`
    case 'keep-mounts':
      return 'Keep cache mounts for later runs'
    case 'load':
      return `Load ${list(step.names)}`
    case 'analyse':
      return `Report on ${list(step.names)}`
    case 'prove':
      return `Prove by the test what ${list(step.names)} can do without`
    case 'sync-files':
      return renderFiles(step)
    case 'image-volumes':
      return renderImages(step)
    case 'revoke-token':
      return 'Revoke the token'
    case 'prune-cache':
      return 'Prune the build cache that no image uses'
    default:
      return undefined
  }
}

/** Numbered in the order of the plan, each with the numbers of those that it waits for. */
const renderSteps = (steps: readonly Step[]): readonly string[] => {
  const shown = steps.flatMap((step) => {
    const text = renderStep(step)
    return text === undefined ? [] : [{ step, text }]
  })
  const numbers = new Map(shown.map(({ step }, index) => [step.id, index + 1]))
  return shown.map(({ step, text }) => {
    const waits = [...step.needs, ...step.after]
      .flatMap((id) => numbers.get(id) ?? [])
      .sort((a, b) => a - b)
    return `${numbers.get(step.id)}. ${text}${waits.length > 0 ? `, after ${list(waits.map(String))}` : ''}`
  })
}

const renderMethod = (choice: MethodChoice): string => {
  if (choice.kind !== 'direct') return `by ${choice.kind} (${renderBecause(choice.because)})`
  return choice.wanted === 'auto'
    ? 'by reflink, link or copy (a probe in the node decides)'
    : `by ${choice.wanted}`
}

const dockersCopies: Readonly<Record<KeepImages, string>> = {
  always: 'Docker keeps its copies.',
  auto: "Slipway removes Docker's copy after a load by copy, stream or kind.",
  never: "Slipway removes Docker's copy after each load.",
}

const renderNodes = (steps: readonly Step[]): readonly string[] => {
  const loads = steps.filter((step) => step.kind === 'load')
  const [first] = loads
  if (first === undefined) return []
  if (steps.some((step) => step.kind === 'build' && isForFolder(step.target))) {
    const names = first.into.map(({ node }) => `\n- ${node.name}`)
    return [
      `Nodes:${names.join('')}`,
      'The builder sends the layers that the nodes lack. Docker gets no copy of what it builds.',
    ]
  }
  if (steps.some(({ kind }) => kind === 'create-cluster') && first.into.length === 0)
    return [`Nodes: those of the cluster ${first.cluster}, as soon as they answer`]
  const renderNode = ({ node, choice }: NodePlan) => `\n- ${node.name}, ${renderMethod(choice)}`
  return [
    `Nodes:${first.into.map(renderNode).join('')}`,
    dockersCopies[first.keepImages ?? 'always'],
  ]
}

const renderSizes = (sizes: Sizes | undefined, steps: readonly Step[]): string => {
  if (!steps.some(({ kind }) => kind === 'build')) return ''
  if (sizes === undefined) return '\n- image sizes: unknown before the first run'
  const each = list(sizes.each.map(formatBytes))
  return `\n- image sizes in the last run: ${formatBytes(sizes.totalBytes)} together (${each})`
}

/** What was counted, and the plan's graph, for people. */
export const renderPlan = ({ disk, steps, parallel, shortage }: Plan): string => {
  const sums = disk.sums.map((sum) => `\n- ${renderSum(sum)}`)
  const builds = steps.filter(({ kind }) => kind === 'build').length
  const most = Math.min(parallel, builds)
  const atMost = most > 1 ? `up to ${most} builds` : 'one build'
  const atOnce = builds > 1 ? `${atMost} and ` : ''
  const loading = steps.filter(({ kind }) => kind === 'load')
  const isBeside = loading.length > 1 && loading.every(({ lane }) => lane === 'cached-load')
  const loads = isBeside ? `up to ${Math.min(mostCachedLoads, loading.length)} loads` : 'one load'
  return [
    `Disk:${sums.join('')}${renderSizes(disk.sizes, steps)}`,
    ...renderNodes(steps),
    `Steps (${atOnce}${loads} at a time):`,
    ...renderSteps(steps),
    ...(shortage === undefined ? [] : [renderError(shortage)]),
  ].join('\n')
}

/** The same in Markdown: its lists stay lists, and what is in them is text. */
export const renderPlanSummary = (plan: Plan): string => {
  const lines = renderPlan(plan).split('\n')
  const body = lines.map((line) => {
    const [, mark = '', text = ''] = /^(- |\d+\. )?(.*)$/s.exec(line) ?? []
    return mark === '' ? `\n${escapeLine(text)}\n` : mark + escapeLine(text)
  })
  return `### Slipway's plan (dry run)\n${body.join('\n')}\n`
}
