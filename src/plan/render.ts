import type { Target } from '../build/target.ts'
import type { WayChoice } from '../load/plan-way.ts'
import { formatBytes } from '../report/format.ts'
import type { MakeStep, Step } from './plan.ts'

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

const renderMake = ({ targets, parallel, images, nodes }: MakeStep): readonly string[] => {
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
    ].join('\n'),
  ]
}

const renderStep = (step: Step): readonly string[] => {
  switch (step.kind) {
    case 'free-disk': {
      const { entries, targetFreeBytes } = step.freeing
      const goal =
        targetFreeBytes === undefined ? '' : `, until ${formatBytes(targetFreeBytes)} are free`
      return [`Free disk${goal}: ${list(entries.map(({ name }) => name))}`]
    }
    case 'make':
      return renderMake(step)
    case 'drop-images':
      return ["Remove Docker's copies that take disk of their own"]
  }
}

/** The plan, for people: numbered, in the order in which it would be done. */
export const renderPlan = (steps: readonly Step[]): string =>
  steps
    .flatMap(renderStep)
    .map((text, index) => `${index + 1}. ${text}`)
    .join('\n')
