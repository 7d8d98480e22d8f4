import { resolve } from 'node:path'
import { toContextFolder } from '../../inputs/context.ts'
import { type InputName, inputNames, type RawInputs } from '../../inputs/raw-inputs.ts'

/** Inputs that mean something only where a runner is: its disk, its cache, its pull request, its job's end. */
const ofRunner: readonly InputName[] = [
  ...(['mode', 'dry-run', 'allow-untrusted-trigger', 'comment', 'comment-token'] as const),
  ...(['free-disk', 'free-disk-keep', 'prune-cache', 'image-cache', 'image-cache-limit'] as const),
  ...(['node-files-cache', 'node-files-cache-limit', 'image-growth-limit'] as const),
  ...(['build-cache-limit', 'cache-mounts', 'cache-mounts-limit'] as const),
  ...(['create-cluster', 'kind-config', 'node-image', 'wait'] as const),
  ...(['kubeconfig', 'keep-cluster'] as const),
]

/** Secrets: everybody on the machine can read a command line. Variables say them. */
export const secretInputs = ['private-key', 'github-token', 'secrets'] as const

export const toVariable = (input: InputName): string =>
  `SLIPWAY_${input.replaceAll('-', '_').toUpperCase()}`

const isSecret = (input: InputName): boolean => secretInputs.some((secret) => secret === input)

/** What a flag or `slipway.yaml` may say. */
export const settings: readonly InputName[] = inputNames.filter((name) => !ofRunner.includes(name))

const ofToken: readonly InputName[] = [
  ...(['client-id', 'app-id', 'private-key', 'owner', 'repositories', 'permissions'] as const),
  ...(['github-token', 'github-api-url'] as const),
]

const ofCluster = ['cluster-name', 'cluster', 'containerd-address'] as const

const ofLoad: readonly InputName[] = [...ofCluster, 'nodes', 'load-mode', 'keep-images']

export type Command = {
  /** As it is typed, such as `load docker-image`. */
  readonly name: string
  readonly summary: string
  /** What stands behind it, as help shows it. */
  readonly operands: string
  /** How many of them there have to be. */
  readonly least: number
  readonly most: number
  /** Said where they are missing. */
  readonly missing: string
  /** Inputs that it reads. */
  readonly inputs: readonly InputName[]
  /** Flags that its help shows. */
  readonly shown: readonly InputName[]
  readonly example: string
  /** `run` and `report` come with inputs; the others are done otherwise. */
  readonly act: 'run' | 'clean' | 'diagnose' | 'doctor'
  /** What the command and its operands say. */
  readonly toInputs: (operands: readonly string[], given: RawInputs) => RawInputs
}

const any = Number.POSITIVE_INFINITY

const lines = (values: readonly string[]): string => values.join('\n')

/** Whoever types a path may mean one outside of this folder; files that are checked out may not. */
const toOwnPath = (path: string): string => (path.includes('://') ? path : resolve(path))

/** A context that is elsewhere stays as it is written. */
const toOwnContext = (context: string): string => toContextFolder(context, process.cwd()) ?? context

/** What there is to do, if not the folder that one is in. */
const sources: readonly InputName[] = [
  ...(['context', 'bake-files', 'builds', 'images'] as const),
  ...(['image-archives', 'images-from', 'node-files'] as const),
]

/** By itself, `slipway build` builds the folder that one is in. */
const toBuild = ([context]: readonly string[], given: RawInputs): RawInputs => {
  if (context !== undefined) return { context: toOwnContext(context) }
  return sources.some((name) => given[name] !== undefined) ? {} : { context: '.' }
}

const build = {
  operands: '[CONTEXT]',
  ...{ least: 0, most: 1, missing: '' },
  inputs: settings,
  shown: [
    ...(['tags', 'file', 'bake-files', 'targets', 'build-args', 'secret-envs'] as const),
    ...(['push', 'nodes', 'load-mode', 'manifests'] as const),
  ],
  act: 'run',
} as const

export const commands: readonly Command[] = [
  {
    ...{ name: 'load docker-image', operands: 'IMAGE...', least: 1, most: any },
    summary: "Load Docker's images into nodes, like `kind load`",
    missing: 'a list of image names is required',
    inputs: [...ofLoad, 'pull-images'],
    shown: ['cluster', 'nodes', 'load-mode', 'keep-images', 'pull-images'],
    example: 'slipway load docker-image api:dev web:dev --name dev',
    act: 'run',
    toInputs: (images) => ({ 'pull-images': 'never', images: lines(images) }),
  },
  {
    ...{ name: 'load image-archive', operands: 'FILE...', least: 1, most: any },
    summary: 'Load images of archives into nodes, like `kind load`',
    missing: 'name of image archive is required',
    inputs: ofLoad,
    shown: ['cluster', 'nodes', 'load-mode'],
    example: 'slipway load image-archive images.tar --nodes kind-worker',
    act: 'run',
    toInputs: (files) => ({ 'image-archives': lines(files.map(toOwnPath)) }),
  },
  {
    ...{ name: 'build', ...build },
    summary: 'Build images and load them, as the action does',
    example: 'slipway build services/api --tags api:dev',
    toInputs: toBuild,
  },
  {
    ...{ name: 'plan', ...build },
    summary: 'Say what `slipway build` would do, and do none of it',
    example: 'slipway plan --bake-files docker-bake.hcl',
    toInputs: (operands, given) => ({ ...toBuild(operands, given), 'dry-run': 'true' }),
  },
  {
    ...{ name: 'report', operands: 'IMAGE...', least: 1, most: any },
    summary: "Say what images' bytes are for, and which can go",
    missing: 'a list of image names is required',
    inputs: ['image-report', 'image-size-limit', 'image-limit-action', 'cluster-name'],
    shown: ['image-report', 'image-size-limit', 'image-limit-action'],
    example: 'slipway report api:dev oci-layout://out registry://ghcr.io/acme/api:1',
    act: 'run',
    toInputs: (images) => ({ mode: 'report', images: lines(images) }),
  },
  {
    ...{ name: 'files', operands: '[SOURCE:/PATH[:ro|rw]...]', least: 0, most: any },
    summary: 'Put files such as models into nodes, beside the images',
    missing: '',
    inputs: [
      ...(['cluster-name', 'nodes', 'node-files', 'node-files-prune'] as const),
      ...(['node-files-verify', 'node-files-images'] as const),
      ...ofToken,
    ],
    shown: ['nodes', 'node-files-prune', 'node-files-verify', 'node-files-images'],
    example: 'slipway files models/llm:/var/models/llm',
    act: 'run',
    toInputs: (files) => (files.length === 0 ? {} : { 'node-files': lines(files) }),
  },
  {
    ...{ name: 'diagnose', operands: '', least: 0, most: 0, missing: '' },
    summary: "Say why a cluster's pods died, or do not start",
    ...{ inputs: ['cluster-name'], shown: [] },
    example: 'slipway diagnose --name dev',
    act: 'diagnose',
    toInputs: () => ({ mode: 'diagnose' }),
  },
  {
    ...{ name: 'doctor', operands: '', least: 0, most: 0, missing: '' },
    summary: 'Say what works on this machine, and what mends the rest',
    inputs: [...ofCluster, 'builder', ...ofToken],
    shown: ['builder'],
    example: 'slipway doctor --name dev',
    act: 'doctor',
    toInputs: () => ({ mode: 'doctor' }),
  },
  {
    ...{ name: 'clean', operands: '', least: 0, most: 0, missing: '' },
    summary: 'Remove what runs left that were killed',
    ...{ inputs: [], shown: [] },
    example: 'slipway clean',
    act: 'clean',
    toInputs: () => ({}),
  },
]

/** Inputs of a command that a flag may say: anything but secrets. */
export const flagsOf = ({ inputs }: Pick<Command, 'inputs'>): readonly InputName[] =>
  inputs.filter((name) => !isSecret(name))

/** Inputs that are yes or no, so that a flag alone means yes. */
export const isSwitch = (name: InputName): boolean => switches.includes(name)

const switches: readonly InputName[] = [
  ...(['no-cache', 'pull', 'push', 'load', 'cache-required', 'keep-state'] as const),
  ...(['fail-fast', 'node-files-prune', 'node-files-verify', 'node-files-images'] as const),
]
