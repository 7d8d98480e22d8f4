import { readFileSync } from 'node:fs'
import type { Node } from '../cluster/node.ts'
import { runLabel } from '../ownership.ts'

/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = '/slipway'

const readPart = (name: string): string =>
  readFileSync(new URL(`./helper/${name}`, import.meta.url), 'utf8')

/** The program in Perl that our scripts speak with containerd by. */
export const containerdClient = (): string => readPart('containerd.pl')

/** Joins parts of our shell scripts, in the order in which they are given. */
export const joinScript = (...parts: readonly string[]): string =>
  parts.map((part) => readPart(`${part}.sh`)).join('\n')

/** Puts one image into the node in which it runs. */
export const streamScript = (): string => {
  const common = ['record', 'client', 'source', 'node', 'names', 'stage', 'publish']
  return joinScript(...common, 'entries', 'receive', 'stream')
}

/** Folders of the daemon's host that the helper sees. */
export type Mounts = {
  /** Holds the layers and the nodes' volumes. */
  readonly mountedFolder: string
  /** Holds the socket of Docker's containerd; only the containerd store needs it. */
  readonly socketFolder: string | undefined
}

const mount = (source: string, target: string) => ({
  Type: 'bind',
  Source: source,
  Target: target,
})

const hostConfig = {
  AutoRemove: true,
  Privileged: true,
  UsernsMode: 'host',
  NetworkMode: 'none',
} as const

const toContainer = (node: Node, runId: string) => ({
  Image: node.imageId,
  Entrypoint: ['/bin/bash'],
  // The second is for whoever wonders what this container is.
  Labels: { [runLabel]: runId, 'dev.slipway.node': node.name },
  // The nodes' image asks for a signal that only systemd knows.
  StopSignal: 'TERM',
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  OpenStdin: true,
  // The end of our connection, and so of us, is the end of its input.
  StdinOnce: true,
})

/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
export const toHelperContainer = (
  node: Node,
  { mountedFolder, socketFolder }: Mounts,
  runId: string,
) => {
  const script = joinScript(
    ...['request', 'record', 'client', 'source', 'node', 'names', 'stage', 'publish', 'main'],
  )
  return {
    ...toContainer(node, runId),
    Cmd: ['-c', script, 'slipway', containerdClient()],
    HostConfig: {
      ...hostConfig,
      PidMode: 'host',
      Mounts: [
        mount(mountedFolder, mountPoint),
        ...(socketFolder === undefined ? [] : [mount(socketFolder, `${mountPoint}-containerd`)]),
      ],
    },
  }
}

/** In the node's place, with a folder that only the helper sees: what is open stays open. */
const enterNode = 'exec 9</slipway && exec nsenter --target=1 --mount -- /bin/bash -c "$@"'

/** A helper that puts an image into one node out of a folder that a builder has written it into. */
export const toLayoutHelper = (node: Node, folder: string, runId: string) => ({
  ...toContainer(node, runId),
  Cmd: ['-c', enterNode, 'slipway', streamScript(), 'slipway', containerdClient()],
  HostConfig: {
    ...hostConfig,
    PidMode: `container:${node.name}`,
    Mounts: [{ ...mount(folder, mountPoint), ReadOnly: true }],
  },
})
