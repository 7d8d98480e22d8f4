import type { Node } from '../cluster/node.ts'
import { execute } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { isOlder, type Version } from '../docker/version.ts'
import { isFilesImage } from '../ownership.ts'
import { joinScript } from './helper.ts'
import { inspectNode, type NodeState } from './node-state.ts'

/** An image that Slipway has made of files. */
export type FilesImage = {
  readonly name: string
  /** By a pod, or anything else that has it mounted. */
  readonly isUsed: boolean
  /** Kubelet does not remove it; what a killed step made is not yet. */
  readonly isPinned: boolean
}

/** What a node can do with images as volumes, and which ones of ours it has. */
export type VolumeState = {
  /** Undefined where the node does not tell. */
  readonly containerd: Version | undefined
  readonly kubelet: Version | undefined
  /** What kubelet's flags, or else its configuration, say of the feature gate. */
  readonly gate: boolean | undefined
  readonly images: readonly FilesImage[]
}

const timeoutMs = 30_000

const toVersion = (text: string): Version | undefined => {
  const [, major, minor] = /\bv?([0-9]{1,4})\.([0-9]{1,4})\b/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}

/** Reads what helper/volumes.sh prints: a line for each fact, tab-separated. */
export const parseVolumeState = (text: string): VolumeState => {
  const rows = text.split('\n').map((line) => line.split('\t'))
  const factOf = (word: string): string => rows.find(([first]) => first === word)?.[1] ?? ''
  const gate = factOf('gate')
  return {
    containerd: toVersion(factOf('containerd')),
    kubelet: toVersion(factOf('kubelet')),
    gate: gate === '' ? undefined : gate === 'true',
    images: rows.flatMap(([word, name = '', use, pinned]) =>
      word === 'image' && isFilesImage(name)
        ? [{ name, isUsed: use !== 'free', isPinned: pinned === 'pinned' }]
        : [],
    ),
  }
}

const run = (
  api: EngineApi,
  { name }: Node,
  act: 'list' | 'pin' | 'drop',
  names: readonly string[] = [],
): Promise<string> => {
  const script = joinScript('lists', 'client', 'volumes')
  return execute(api, name, ['bash', '-c', script, 'bash', act, ...names], timeoutMs)
}

/** @throws {Failure} where the node does not answer */
export const inspectVolumes = async (api: EngineApi, node: Node): Promise<VolumeState> =>
  parseVolumeState(await run(api, node, 'list'))

/** Has kubelet keep images that nobody could bring again. */
export const pinVolumes = (api: EngineApi, node: Node, names: readonly string[]) =>
  run(api, node, 'pin', names)

/**
 * Removes images of ours that nothing in the node uses.
 *
 * @returns those that it has no more
 */
export const dropVolumes = async (
  api: EngineApi,
  node: Node,
  names: readonly string[],
): Promise<readonly string[]> => {
  const ours = names.filter(isFilesImage)
  if (ours.length === 0) return []
  const printed = await run(api, node, 'drop', ours)
  const kept = new Set(printed.match(/(?<=^kept\t).*$/gm))
  return ours.filter((name) => !kept.has(name))
}

/** Whether a node has an image of files whole, as an earlier load left it. */
export const isWhole = (name: string, { records, criIds, held, chains }: NodeState): boolean => {
  const record = records.get(name)
  const config = `sha256:${record?.config}`
  const top = held.get(config)
  const isKnown = record?.image === record?.config && criIds.get(name) === config
  return record !== undefined && isKnown && top !== undefined && chains.has(top)
}

/** Which of some images a node has. */
export const findWhole = async (
  api: EngineApi,
  node: Node,
  names: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (names.length === 0) return new Set()
  const state = await inspectNode(api, node, names)
  return new Set(names.filter((name) => isWhole(name, state)))
}

const render = ([major, minor]: Version): string => `${major}.${minor}`

/** Why pods of a node cannot mount images; undefined where they can, as far as the node tells. */
export const findVolumeObjection = (
  { name, provider, containerd: { snapshotter } }: Node,
  { containerd, kubelet, gate }: VolumeState,
): string | undefined => {
  if (snapshotter !== 'overlayfs')
    return `the snapshotter of ${name} is ${snapshotter}, and only overlayfs takes layers of links`
  if (containerd === undefined) return `the containerd of ${name} does not tell its version`
  if (isOlder(containerd, [2, 1]))
    return `${name} has containerd ${render(containerd)}, and image volumes need 2.1`
  if (kubelet === undefined) return undefined
  if (isOlder(kubelet, [1, 31]))
    return `${name} has Kubernetes ${render(kubelet)}, and image volumes need 1.35, or 1.31 with the feature gate ImageVolume`
  if (gate ?? !isOlder(kubelet, [1, 35])) return undefined
  return `the feature gate ImageVolume is off in ${name} (Kubernetes ${render(kubelet)}): ${provider === 'minikube' ? 'start it with `minikube start --feature-gates=ImageVolume=true`' : 'create the cluster with featureGates: {ImageVolume: true}'}`
}
