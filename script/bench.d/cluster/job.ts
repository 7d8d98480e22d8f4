import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildKindNode } from '../../../__tests__/support/kind-node.ts'
import { clusterPrefix, type FreshNodes, nodeLabel, startNodes } from '../host/nodes.ts'
import { type Session, withScope } from '../host/session.ts'
import { settle } from '../measure/measure.ts'
import { type Stage, toNames } from './stage.ts'
import { countPulls, runStep } from './ways.ts'

/** When the stand-in for kubeadm is done, counted from the step's start. */
const creationMs = 40_000

/** Seconds of a step that does one thing, and of one that does all. */
export type Job = {
  readonly creation: number
  readonly builds: number
  readonly images: number
  readonly whole: number
  readonly pulls: number
}

/** Work for a processor, and hardly any for the disk. */
const dockerfile = (base: string): string =>
  `FROM ${base}\nARG NAME\nRUN head -c 400000000 /dev/urandom | sha256sum >/sum-$NAME\n`

let clusters = 0

/** Names of what a step creates, which goes with the scope. */
const nameCluster = (scope: Session): FreshNodes => {
  clusters += 1
  const cluster = `${clusterPrefix}${scope.id}-job${clusters}`
  const remove = scope.defer(cluster, async () => {
    const filter = `label=${nodeLabel}=${cluster}`
    const options = { signal: AbortSignal.timeout(120_000) }
    const listed = await scope.docker(['ps', '--all', '--quiet', '--filter', filter], options)
    const ids = listed.split('\n').filter((id) => id !== '')
    if (ids.length > 0) await scope.docker(['rm', '--force', '--volumes', ...ids], options)
  })
  return { cluster, names: [`${cluster}-control-plane`, `${cluster}-worker`], remove }
}

/** Lets the stand-in end in time; a step that ends without it has failed, and says so itself. */
const endCreation = async (scope: Session, node: string): Promise<void> => {
  await sleep(creationMs, undefined, { signal: scope.signal })
  await scope.docker(['exec', node, 'touch', '/kind/go']).catch(() => {})
}

export const prepareJob = async (stage: Stage, base: string) => {
  const { session } = stage
  // Where the support of tests looks for Docker.
  process.env['DOCKER_HOST'] = (await session.run('printenv', ['DOCKER_HOST'])).trim()
  const image = await buildKindNode('waits')
  const workspace = join(session.tempDir, 'job')
  mkdirSync(workspace)
  writeFileSync(join(workspace, 'Dockerfile'), dockerfile(base))
  const two = 'nodes: [{role: control-plane}, {role: worker}]'
  writeFileSync(
    join(workspace, 'kind.yaml'),
    `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n${two}\n`,
  )
  return { image, workspace }
}

/** Creates a cluster, builds, restores: each alone, and then all in one step. */
export const measureJob = async (
  stage: Stage,
  { image, workspace }: { readonly image: string; readonly workspace: string },
  round: number,
  dataRoot: string,
): Promise<Job> => {
  const { session } = stage
  const images = toNames(stage, stage.sources.loopback.host)
  const toBuilds = (part: string) => {
    const tags = [0, 1, 2, 3, 4, 5].map(
      (at) => `slipway-bench-job${at}:${session.id}-${part}${round}`,
    )
    const lines = tags.map((tag) => `- {context: ., tags: '${tag}', build-args: 'NAME=${tag}'}`)
    return { tags, inputs: { builds: lines.join('\n') } }
  }
  const restoring = { images: images.join('\n'), 'image-cache': 'true' }
  const creating = (cluster: string) => ({
    ...{ 'create-cluster': 'true', 'kind-config': 'kind.yaml', 'node-image': image },
    kubeconfig: join(workspace, `${cluster}.yaml`),
  })
  const measure = (
    inputs: Readonly<Record<string, string>>,
    { tags = [], creates = false }: { tags?: readonly string[]; creates?: boolean },
  ) =>
    withScope(session, async (scope) => {
      const drop = ['rmi', '--force', ...tags]
      if (tags.length > 0)
        scope.defer('builds', () => scope.docker(drop, { signal: AbortSignal.timeout(120_000) }))
      const nodes = creates ? nameCluster(scope) : await startNodes(scope, 2)
      await settle(scope, [dataRoot])
      const own = creates ? creating(nodes.cluster) : {}
      const ending = creates ? endCreation(scope, nodes.names[0] ?? '') : undefined
      const given = { ...inputs, ...own, 'cluster-name': nodes.cluster }
      const { seconds } = await runStep(stage, given, workspace)
      await ending
      const wanted = inputs['images'] === undefined ? [] : images
      return { seconds, pulls: await countPulls(scope, nodes, wanted) }
    })
  const alone = toBuilds('alone')
  const beside = toBuilds('beside')
  const creation = await measure({}, { creates: true })
  const builds = await measure(alone.inputs, { tags: alone.tags })
  const restored = await measure(restoring, {})
  const all = { ...beside.inputs, ...restoring }
  const whole = await measure(all, { tags: beside.tags, creates: true })
  return {
    ...{ creation: creation.seconds, builds: builds.seconds, images: restored.seconds },
    ...{ whole: whole.seconds, pulls: whole.pulls },
  }
}
