import type { Named, PodPulls, Workload } from './workload.ts'

/**
 * From this minor version on, kubelets keep a record for each image's content that they have pulled
 * themselves. What was loaded is trusted only while its content has none (kubernetes#138175).
 */
const since = 35

/** What is known of how the cluster pulls. */
export type PullFacts = {
  /** ServiceAccounts that have secrets for pulling. */
  readonly accounts: readonly Omit<Named, 'file'>[]
  /** Minor versions of the nodes' Kubernetes; undefined of those that do not tell. */
  readonly minors: readonly (number | undefined)[]
}

export const noPullFacts: PullFacts = { accounts: [], minors: [] }

/** A namespace that is not written is whichever kubectl is told. */
const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other

const hasSecrets = (
  { hasSecrets, account }: PodPulls,
  namespace: string | undefined,
  { accounts }: PullFacts,
): boolean =>
  hasSecrets || accounts.some((each) => each.name === account && isSame(each.namespace, namespace))

const renderSince = ({ minors }: PullFacts): string | undefined => {
  if (minors.some((minor) => minor !== undefined && minor >= since)) return 'Kubernetes'
  const isUnknown = minors.length > 0 && minors.every((minor) => minor === undefined)
  return isUnknown ? `Kubernetes 1.${since} and later` : undefined
}

const issue = 'kubernetes#138175'

/** What comes of it that a pod pulls what was loaded; empty for nothing. */
export const renderSecretPull = (
  { pulls, namespace }: Pick<Workload, 'pulls' | 'namespace'>,
  facts: PullFacts,
): string => {
  const who = renderSince(facts)
  if (who === undefined || !hasSecrets(pulls, namespace, facts)) return ''
  return ` The pod has imagePullSecrets: once it has pulled, ${who} also pulls this image for pods without these secrets, and refuses them with imagePullPolicy Never (${issue}).`
}

/**
 * What comes of it that a pod pulls, from another repository, what may be the same content.
 *
 * @param loaded the name that the step loads
 */
export const renderTwinPull = (loaded: string, facts: PullFacts): string => {
  const who = renderSince(facts)
  if (who === undefined) return ''
  return ` If both are the same content, ${who} then also pulls ${loaded}, and refuses it with imagePullPolicy Never (${issue}).`
}
