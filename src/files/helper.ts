import { readFileSync } from 'node:fs'
import { helperHostConfig, mountFolder, toHelperBase } from '../cluster/helper-container.ts'
import type { ContainerNode } from '../cluster/node.ts'

/** Where the helper sees the one folder that holds the store and the nodes' volumes. */
export const mountPoint = '/slipway'

const parts = ['common', 'store', 'gather', 'node', 'mount', 'place', 'stage', 'main'] as const

/** All of it, as Perl takes it. */
export const filesProgram = (): string =>
  parts
    .map((part) => readFileSync(new URL(`./files-helper/${part}.pl`, import.meta.url), 'utf8'))
    .join('\n')

/** A folder that files are copied from. */
export type SourceFolder = {
  /** On the daemon's host, if that is this machine. */
  readonly folder: string
  /** In the helper. */
  readonly seenAs: string
}

/** A helper that puts files into nodes like this one, in the words of Docker's API. */
export const toFilesHelper = (
  node: ContainerNode,
  mountedFolder: string,
  sources: readonly SourceFolder[],
  runId: string,
) => ({
  ...toHelperBase(node, runId),
  Entrypoint: ['/usr/bin/perl'],
  Cmd: ['-e', filesProgram()],
  Env: ['LC_ALL=C'],
  HostConfig: {
    ...helperHostConfig,
    PidMode: 'host',
    // It prints digests of files alone, and Docker need not keep those.
    LogConfig: { Type: 'none' },
    Mounts: [
      mountFolder(mountedFolder, mountPoint),
      ...sources.map(({ folder, seenAs }) => ({ ...mountFolder(folder, seenAs), ReadOnly: true })),
    ],
  },
})
