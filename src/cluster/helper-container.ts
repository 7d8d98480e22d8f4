import { runLabel } from '../ownership.ts'
import type { ContainerNode } from './node.ts'

/** A folder of the daemon's host, as a container sees it. */
export const mountFolder = (source: string, target: string) => ({
  Type: 'bind',
  Source: source,
  Target: target,
})

/** Of a helper, which does on the daemon's host what only root there may. */
export const helperHostConfig = {
  AutoRemove: true,
  Privileged: true,
  UsernsMode: 'host',
  NetworkMode: 'none',
} as const

/** A helper made from a node's image, in the words of Docker's API; it ends with our connection. */
export const toHelperBase = (node: ContainerNode, runId: string) => ({
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
