import type { ImageReference } from '../inputs/image-reference.ts'
import type { Plan } from './plan.ts'

/** All names that a plan loads, whether they are built in it or were there before. */
export const toLoadedReferences = ({ steps }: Plan): readonly ImageReference[] =>
  steps.flatMap((step) => {
    if (step.kind !== 'make') return []
    const wanted = step.targets.filter(({ isWanted }) => isWanted)
    return [
      ...step.images.flatMap(({ references }) => references),
      ...wanted.flatMap(({ tags }) => tags),
    ]
  })

/**
 * Warns of images whose pods pull by default, whatever the nodes have: those with the tag `latest` or
 * none. Undefined when there is none.
 *
 * @param settled canonical names whose pods are known to do without pulling
 */
export const renderPullWarning = (
  references: readonly ImageReference[],
  settled: ReadonlySet<string>,
): string | undefined => {
  const pulled = references.filter(
    ({ canonical }) => canonical.endsWith(':latest') && !settled.has(canonical),
  )
  if (pulled.length === 0) return undefined
  const names = [...new Set(pulled.map(({ given }) => given))].join(', ')
  return `Pods pull ${names} instead of using what is loaded, unless they have imagePullPolicy: IfNotPresent: for the tag latest, and for none, Kubernetes' default is Always. Set it, or use the names in the output immutable-tags.`
}
