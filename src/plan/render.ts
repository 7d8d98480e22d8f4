import type { Target } from '../build/target.ts'
import { renderError } from '../failure.ts'
import type { Sizes } from '../image/sizes.ts'
import type { WayChoice } from '../load/plan-way.ts'
import { formatBytes } from '../text/format.ts'
import type { MakeStep, Plan, Step } from './plan.ts'
import { renderSum } from './shortage.ts'

const list = (words: readonly string[]): string => words.join(', ')

const renderTarget = ({ name, tags, dependsOn, isWanted }: Target): string => {
  const names = tags.map(({ given }) => given).filter((given) => given !== name)
  const notes = [
    ...(names.length > 0 ? [list(names)] : []),
    ...(dependsOn.length > 0 ? [`after ${list(dependsOn)}`] : []),
    ...(isWanted ? [] : ['only for others, not loaded']),
  ]
  return `   - ${name}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}

const renderWay = (choice: WayChoice): string => {
  if (choice.kind !== 'folders') return `by ${choice.kind}, as ${choice.because}`
  return choice.wanted === 'auto'
    ? 'by link, or what a probe there finds possible'
    : `by ${choice.wanted}`
}

/** Targets in an order in which they can be built. */
const inOrder = (targets: readonly Target[]): readonly Target[] => {
  const sorted: Target[] = []
  const isReady = ({ dependsOn }: Target): boolean =>
    dependsOn.every((name) => sorted.some((target) => target.name === name))
  for (let left = targets; left.length > 0; ) {
    const ready = left.filter(isReady)
    if (ready.length === 0) return [...sorted, ...left]
    sorted.push(...ready)
    left = left.filter((target) => !ready.includes(target))
  }
  return sorted
}

const renderMake = ({
  targets,
  parallel,
  images,
  nodes,
  dropsCopies,
}: MakeStep): readonly string[] => {
  const local = images.flatMap(({ references }) => references.map(({ given }) => given))
  const building = [
    `Build, ${parallel} at a time, each image loaded as soon as it is there:`,
    ...inOrder(targets).map(renderTarget),
  ]
  return [
    ...(targets.length > 0 ? [building.join('\n')] : []),
    ...(local.length > 0 ? [`Load what Docker has: ${list(local)}`] : []),
    [
      'Load into:',
      ...nodes.map(({ node, choice }) => `   - ${node.name}, ${renderWay(choice)}`),
      dropsCopies
        ? "   Docker's copy goes after a load that did not share its files."
        : "   Docker's copies stay.",
    ].join('\n'),
  ]
}

const renderStep = (step: Step): readonly string[] => {
  switch (step.kind) {
    case 'free-disk': {
      const { entries, targetFreeBytes } = step.freeing
      const goal =
        targetFreeBytes === undefined ? '' : `, until ${formatBytes(targetFreeBytes)} are free`
      return [`Free disk${goal}, beside what follows: ${list(entries.map(({ name }) => name))}`]
    }
    case 'make':
      return renderMake(step)
    case 'prune-cache':
      return ['Remove the build cache that no image holds']
  }
}

const renderSizes = (sizes: Sizes | undefined, steps: readonly Step[]): string => {
  const isBuilt = steps.some((step) => step.kind === 'make' && step.targets.length > 0)
  if (!isBuilt) return ''
  if (sizes === undefined) return '\n- how large the images become is not known before a first run'
  const each = sizes.each.map(formatBytes).join(', ')
  return `\n- the images had ${formatBytes(sizes.totalBytes)} together last time (${each})`
}

/** What was counted, and the plan, for people: numbered, in the order in which it would be done. */
export const renderPlan = ({ disk, steps, shortage }: Plan): string => {
  const sums = disk.sums.map((sum) => `\n- ${renderSum(sum)}`)
  const numbered = steps.flatMap(renderStep).map((text, index) => `${index + 1}. ${text}`)
  const verdict = shortage === undefined ? [] : [renderError(shortage)]
  return [`Disk:${sums.join('')}${renderSizes(disk.sizes, steps)}`, ...numbered, ...verdict].join(
    '\n',
  )
}
