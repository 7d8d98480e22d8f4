import { type Freeing, planFreeing } from '../disk/plan-freeing.ts'
import type { Facts } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import type { BuildInputs, Inputs } from '../inputs/inputs.ts'
import { type NodePlan, planWay } from '../load/plan-way.ts'

/** One thing to do. A plan is a list of these: it can be printed, tested and compared. */
export type Step =
  | { readonly kind: 'free-disk'; readonly freeing: Freeing }
  | { readonly kind: 'build'; readonly build: BuildInputs }
  /** After the last build: what was minted has done its work. */
  | { readonly kind: 'end-tokens' }
  | { readonly kind: 'load'; readonly source: LoadSource; readonly nodes: readonly NodePlan[] }
  | { readonly kind: 'drop-images' }

/** The images that the local store has already, or the one that an earlier step builds. */
export type LoadSource =
  | { readonly kind: 'local'; readonly images: readonly LocalImage[] }
  | { readonly kind: 'built'; readonly build: BuildInputs }

/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsImages = ({ keepImages }: Inputs, { isHostedRunner }: Facts): boolean =>
  keepImages === 'never' || (keepImages === 'auto' && isHostedRunner)

/** Decides what to do, in which order, from what was asked and what was found. */
export const planSteps = (inputs: Inputs, facts: Facts): readonly Step[] => {
  const { build, images } = { build: inputs.build, images: facts.images }
  const freeing = planFreeing(inputs.freeDisk, facts, build !== undefined)
  const nodes = facts.nodes.map((node) => ({
    node,
    choice: planWay(facts.engine, node, inputs.loadMode),
  }))
  const steps: Step[] = []
  if (freeing !== undefined) steps.push({ kind: 'free-disk', freeing })
  if (build !== undefined) {
    steps.push({ kind: 'build', build })
    if (inputs.credentials.kind === 'app') steps.push({ kind: 'end-tokens' })
    steps.push({ kind: 'load', source: { kind: 'built', build }, nodes })
  }
  if (images.length > 0) steps.push({ kind: 'load', source: { kind: 'local', images }, nodes })
  if (dropsImages(inputs, facts)) steps.push({ kind: 'drop-images' })
  return steps
}
