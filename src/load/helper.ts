import { readFileSync } from 'node:fs'
import type { KindNode } from '../facts/facts.ts'

/** The label by which leftover helpers are found, and the run that they belong to. */
export const runLabel = 'dev.slipway.run'

/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = '/slipway'

/** Joins parts of our shell scripts, in the order in which they are given. */
export const joinScript = (...parts: readonly string[]): string =>
  parts
    .map((part) => readFileSync(new URL(`./helper/${part}.sh`, import.meta.url), 'utf8'))
    .join('\n')

/** Folders of the daemon's host that the helper sees. */
export type Mounts = {
  /** Holds the layers and the nodes' volumes. */
  readonly mountedFolder: string
  /** Holds the socket of Docker's containerd; only the containerd store needs it. */
  readonly socketFolder: string | undefined
}

/** The arguments of `docker` that start a helper, made from a node's image, for nodes like it. */
export const toHelperArgs = (
  node: KindNode,
  { mountedFolder, socketFolder }: Mounts,
  runId: string,
): readonly string[] => [
  'run',
  '--rm',
  '--interactive',
  '--pull=never',
  '--privileged',
  '--userns=host',
  '--pid=host',
  '--network=none',
  // The nodes' image asks for a signal that only systemd knows.
  '--stop-signal=TERM',
  `--label=${runLabel}=${runId}`,
  // For whoever wonders what this container is.
  `--label=dev.slipway.node=${node.name}`,
  `--mount=type=bind,source=${mountedFolder},target=${mountPoint}`,
  ...(socketFolder === undefined
    ? []
    : [`--mount=type=bind,source=${socketFolder},target=${mountPoint}-containerd`]),
  '--entrypoint=/bin/bash',
  node.imageId,
  '-c',
  joinScript('order', 'record', 'source', 'node', 'stage', 'publish', 'main'),
]
