import { readFileSync } from 'node:fs'
import { helperHostConfig, mountFolder, toHelperBase } from '../cluster/helper-container.ts'
import type { ContainerNode } from '../cluster/node.ts'
import { documentsProgram } from '../image/documents.ts'

/** Where a helper in a container sees the one folder that it mounts. */
export const mountPoint = '/slipway'

const readPart = (name: string): string =>
  readFileSync(new URL(`./helper/${name}`, import.meta.url), 'utf8')

/** The program in Perl that our scripts speak with containerd by. */
export const containerdClient = (): string => readPart('containerd.pl')

/** The program in Perl by which source.sh reads what Docker's containerd has of an image. */
export const documentsReader = (): string =>
  [documentsProgram(), readPart('documents.pl')].join('\n')

/** Joins parts of our shell scripts, in the order in which they are given. */
export const joinScript = (...parts: readonly string[]): string =>
  parts.map((part) => readPart(`${part}.sh`)).join('\n')

/** Puts one image into the node in which it runs. */
export const streamScript = (): string => {
  const common = ['record', 'lists', 'client', 'source', 'node', 'names', 'stage', 'publish']
  return joinScript(...common, 'entries', 'receive', 'stream')
}

/** Unpacks layers beside the nodes. */
export const unpackScript = (): string =>
  joinScript('names', 'source', 'entries', 'receive', 'unpack')

/** Folders of the daemon's host that the helper sees. */
export type Mounts = {
  /** Holds the layers and the nodes' volumes. */
  readonly mountedFolder: string
  /** Holds the socket of Docker's containerd; only the containerd store needs it. */
  readonly socketFolder: string | undefined
}

/** What a helper does; `try` only says how it would load. */
export type HelperAct = 'main' | 'try'

/** The arguments of bash for a helper. */
export const toHelperArguments = (act: HelperAct): readonly string[] => {
  const common = [
    'request',
    'record',
    'lists',
    'client',
    'source',
    'node',
    'nodes',
    'names',
    'stage',
  ]
  const script = joinScript(...common, ...(act === 'main' ? ['publish', act] : [act]))
  return ['-c', script, 'slipway', containerdClient(), documentsReader()]
}

/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
export const toHelperContainer = (
  node: ContainerNode,
  { mountedFolder, socketFolder }: Mounts,
  runId: string,
  act: HelperAct,
) => ({
  ...toHelperBase(node, runId),
  Cmd: toHelperArguments(act),
  HostConfig: {
    ...helperHostConfig,
    PidMode: 'host',
    Mounts: [
      mountFolder(mountedFolder, mountPoint),
      ...(socketFolder === undefined
        ? []
        : [mountFolder(socketFolder, `${mountPoint}-containerd`)]),
    ],
  },
})

/** In the node's place, with a folder that only the helper sees: what is open stays open. */
const enterNode = 'exec 9</slipway && exec nsenter --target=1 --mount -- /bin/bash -c "$@"'

/** A helper that puts an image into one node out of a folder that a builder has written it into. */
export const toLayoutHelper = (node: ContainerNode, folder: string, runId: string) => ({
  ...toHelperBase(node, runId),
  Cmd: ['-c', enterNode, 'slipway', streamScript(), 'slipway', containerdClient()],
  HostConfig: {
    ...helperHostConfig,
    PidMode: `container:${node.name}`,
    Mounts: [{ ...mountFolder(folder, mountPoint), ReadOnly: true }],
  },
})
