import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { uniqueName } from '../testbed.ts'
import type { Kept, PodTemplate } from './objects.ts'

const run = promisify(execFile)

/** What keeps pods from starting, in the words of the scheduler or of a quota. */
export type Obstacle =
  | { readonly kind: 'unschedulable'; readonly message: string }
  | { readonly kind: 'quota'; readonly message: string }

export type PodState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unschedulable'; readonly message: string }
  | { readonly kind: 'no-image'; readonly message: string }

/** A pod, with the container of the testbed's engine that is its only one. */
export type Pod = {
  readonly name: string
  readonly container: string
  readonly state: PodState
  readonly object: Kept
}

const toStatus = ({ container: { name, image } }: PodTemplate, state: PodState) => {
  if (state.kind === 'unschedulable') {
    const { message } = state
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    return { phase: 'Pending', conditions: [condition] }
  }
  const scheduled = { type: 'PodScheduled', status: 'True' }
  const common = { name, image, restartCount: 0, lastState: {} }
  if (state.kind === 'no-image') {
    const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` }
    return {
      phase: 'Pending',
      conditions: [scheduled, { type: 'Ready', status: 'False' }],
      containerStatuses: [{ ...common, ready: false, state: { waiting } }],
    }
  }
  return {
    phase: 'Running',
    conditions: [scheduled, { type: 'Ready', status: 'True' }],
    containerStatuses: [{ ...common, ready: true, state: { running: {} } }],
  }
}

/** Starts it, and asks what kubelets ask for its readiness. */
const startContainer = async (container: string, template: PodTemplate): Promise<PodState> => {
  const { image, args, env } = template.container
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  try {
    const create = ['run', '--detach', '--name', container, '--network=host', '--pull=never']
    await run('docker', [...create, ...variables, image, ...args])
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr ?? ''
    if (!said.includes('No such image')) throw error
    const message = `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
    return { kind: 'no-image', message }
  }
  await run('docker', ['exec', container, 'buildctl', 'debug', 'workers'])
  return { kind: 'ready' }
}

/** What a kubelet warns of, in its order; the last two do not say why. */
export const warningsOf = (state: PodState): readonly (readonly [reason: string, string])[] => {
  if (state.kind === 'ready') return []
  if (state.kind === 'unschedulable') return [['FailedScheduling', state.message]]
  const messages = [state.message, 'Error: ErrImagePull', 'Error: ImagePullBackOff']
  return messages.map((message) => ['Failed', message])
}

export const startPod = async (
  name: string,
  owner: Kept,
  template: PodTemplate,
  obstacle: Obstacle | undefined,
): Promise<Pod> => {
  const container = uniqueName('kubernetes-double')
  const state: PodState =
    obstacle?.kind === 'unschedulable' ? obstacle : await startContainer(container, template)
  const metadata = {
    ...owner.metadata,
    name,
    uid: crypto.randomUUID(),
    labels: template.labels,
    annotations: template.annotations,
  }
  const { container: main } = template
  const spec = { containers: [{ name: main.name, image: main.image }] }
  const status = toStatus(template, state)
  const object = { kind: 'Pod', apiVersion: 'v1', metadata, spec, status }
  return { name, container, state, object }
}

export const removePod = async ({ container, state }: Pod): Promise<void> => {
  if (state.kind !== 'ready') return
  await run('docker', ['rm', '--force', '--volumes', container]).catch(() => {})
}
