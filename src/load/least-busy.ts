import type { NodePlan } from './plan-method.ts'

/** How many images nodes unpack, by their names. */
const busy = new Map<string, number>()

const countOf = ({ node }: NodePlan): number => busy.get(node.name) ?? 0

/** Has the node do it that does least of the kind: a node unpacks one image after the other. */
export const inLeastBusy = async <T>(
  plans: readonly NodePlan[],
  unpack: (plan: NodePlan) => Promise<T>,
): Promise<T | undefined> => {
  const [plan] = plans.toSorted((a, b) => countOf(a) - countOf(b))
  if (plan === undefined) return undefined
  const { name } = plan.node
  busy.set(name, countOf(plan) + 1)
  try {
    return await unpack(plan)
  } finally {
    busy.set(name, countOf(plan) - 1)
  }
}
