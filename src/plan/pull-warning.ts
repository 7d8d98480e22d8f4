import type { ImageReference } from '../image/reference.ts'

/**
 * Warns of images whose pods pull by default, whatever the nodes have: those with the tag `latest` or
 * none. Undefined when there is none.
 *
 * @param judged canonical names of which something else has been said already, at its line
 */
export const renderPullWarning = (
  references: readonly ImageReference[],
  judged: ReadonlySet<string>,
): string | undefined => {
  const pulled = references.filter(
    ({ canonical }) => canonical.endsWith(':latest') && !judged.has(canonical),
  )
  if (pulled.length === 0) return undefined
  const names = [...new Set(pulled.map(({ given }) => given))].join(', ')
  return `Pods will pull ${names} instead of using the loaded image: Kubernetes always pulls \`latest\` and untagged images. Set imagePullPolicy: IfNotPresent, or use the names in the output immutable-tags.`
}
