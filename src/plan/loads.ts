import type { Target } from '../build/target.ts'
import { findToolImage } from '../cluster/node.ts'
import type { Facts } from '../facts/facts.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { NodePlan } from '../load/plan-method.ts'
import { asksForGpu } from '../manifests/check-images.ts'
import { idsOf, type Step, toStep } from './steps.ts'
import type { ImageSource, StepId } from './work.ts'

/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsCopies = ({ keepImages }: Inputs, { isHostedRunner, isLocalDaemon }: Facts): boolean =>
  keepImages === 'never' || (keepImages === 'auto' && isHostedRunner && isLocalDaemon)

/** Beside all else; what needs nodes begins when they answer, while kind is at work on Kubernetes. */
export const planCluster = ({
  createCluster: request,
  clusterName: cluster,
}: Inputs): readonly Step[] => {
  if (request === undefined) return []
  const create = toStep('start cluster', { kind: 'create-cluster', cluster, request })
  const work = { kind: 'await-cluster', creating: create.id } as const
  return [create, toStep('create cluster', work, { after: [create.id], isFinal: true })]
}

/** What is to be done before anything can be done with nodes. */
export const nodesFirst = (inputs: Inputs): readonly StepId[] =>
  idsOf(planCluster(inputs).filter(({ kind }) => kind === 'create-cluster'))

export const createToLoad = (inputs: Inputs, facts: Facts, into: readonly NodePlan[]) => {
  const keepImages = dropsCopies(inputs, facts) ? inputs.keepImages : undefined
  const { clusterName: cluster } = inputs
  return (references: readonly ImageReference[], image: ImageSource, needs: readonly StepId[]) => {
    const names = references.map(({ given }) => given)
    const work = { kind: 'load', names, image, cluster, into, keepImages } as const
    const order = { needs: [...needs, ...nodesFirst(inputs)], lane: 'load' } as const
    return toStep(`load ${names.join(', ')}`, work, order)
  }
}

export type ToLoad = ReturnType<typeof createToLoad>

/** Nothing where no report is wanted, or nobody could read the image. */
export const createToReport = (inputs: Inputs, { nodes, manifests }: Facts) => {
  const { imageReport: depth, prove } = inputs
  const nodeImage = findToolImage(nodes)
  const first = nodesFirst(inputs)
  return (
    references: readonly ImageReference[],
    image: ImageSource,
    needs: readonly StepId[],
    loadedBy?: StepId,
    target?: Target,
  ): readonly Step[] => {
    if (depth === 'false' || (nodeImage === undefined && first.length === 0)) return []
    const names = references.map(({ given }) => given)
    const loaded = loadedBy === undefined ? undefined : { by: loadedBy, into: nodes }
    const about = { target, asksForGpu: asksForGpu(manifests, references) }
    const work = { kind: 'analyse', names, image, depth, nodeImage, loaded, ...about } as const
    const order = { needs: [...needs, ...first], lane: 'report' } as const
    const report = toStep(`report ${names.join(', ')}`, work, order)
    // Docker runs what it has.
    if (prove === undefined || loaded !== undefined) return [report]
    const { given: command, argv, timeoutMs } = prove
    const test = {
      kind: 'prove',
      names,
      image,
      report: report.id,
      argv,
      command,
      timeoutMs,
    } as const
    return [
      report,
      toStep(`prove ${names.join(', ')}`, test, { needs: [report.id], lane: 'proof' }),
    ]
  }
}

export type ToReport = ReturnType<typeof createToReport>

/** A load that may remove Docker's copy waits until the copy has been read; others go on beside that. */
export const afterReport = (load: Step, reports: readonly Step[]): Step =>
  load.kind === 'load' && load.keepImages !== undefined
    ? { ...load, after: [...load.after, ...idsOf(reports)] }
    : load
