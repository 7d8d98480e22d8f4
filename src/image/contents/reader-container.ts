import { readFileSync } from 'node:fs'
import type { Engine } from '../../docker/info.ts'
import { storeFolders } from '../../docker/store-folders.ts'
import { commonFolder } from '../../host/common-folder.ts'
import { runLabel } from '../../ownership.ts'
import { toHex } from '../digest.ts'
import { documentsProgram } from '../documents.ts'
import type { ContainerImage } from '../image.ts'

/** Where the reader sees the one folder that it mounts; its program knows it, too. */
const mountPoint = '/slipway'
const socketPoint = '/slipway-containerd'

/** What the container runs. */
export const readerProgram = (): string =>
  [documentsProgram(), readFileSync(new URL('./reader/read.pl', import.meta.url), 'utf8')].join(
    '\n',
  )

const toConfigFile = ({ dataRoot }: Engine, { id }: ContainerImage): string =>
  `${dataRoot}/image/overlay2/imagedb/content/sha256/${toHex(id)}`

/** What the program is told, and which folders of the daemon's host it has to see. */
const toSight = (
  engine: Engine,
  image: ContainerImage,
  runId: string,
  config: string | undefined,
) => {
  const { containerd, hasContainerdStore } = engine
  if (!hasContainerdStore || config !== undefined) {
    const folders = image.layers.flatMap(({ folder }) => folder ?? [])
    const paths = [config ?? toConfigFile(engine, image), ...folders]
    const mounted = commonFolder(paths)
    const inside = paths.map((path) => `${mountPoint}${path.slice(mounted.length)}`)
    return { mounted, socketFolder: undefined, argv: ['overlay2', ...inside] }
  }
  const { address = '', namespace = '' } = containerd ?? {}
  const mounted = commonFolder(storeFolders(engine))
  const chain = image.layers.at(-1)?.chainId ?? ''
  const socket = `${socketPoint}/${address.replace(/^.*\//, '')}`
  const key = `slipway/${runId}/report/${toHex(chain)}`
  const argv = ['containerd', socket, namespace, key, image.id, image.architecture, chain, mounted]
  return { mounted, socketFolder: address.replace(/\/[^/]*$/, ''), argv }
}

const mount = (source: string, target: string) => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: true,
  // Running containers' own mounts are below it, and would be kept.
  BindOptions: { NonRecursive: true },
})

/**
 * A container that reads an image's layers, in the words of Docker's API. It sees them read-only, has no
 * network, and of all rights two: to read what is root's, and to see which folders are opaque.
 *
 * @param nodeImage ID of an image with Perl, GNU find and, for the containerd store, ctr
 * @param config its file on the daemon's host, of an image that a node has with its layers' folders
 */
export const toReaderContainer = (
  engine: Engine,
  image: ContainerImage,
  nodeImage: string,
  runId: string,
  config?: string,
) => {
  const { mounted, socketFolder, argv } = toSight(engine, image, runId, config)
  return {
    Image: nodeImage,
    Entrypoint: ['/usr/bin/perl'],
    Cmd: ['-e', readerProgram(), ...argv],
    Env: ['LC_ALL=C'],
    Labels: { [runLabel]: runId },
    // The nodes' image asks for a signal that only systemd knows.
    StopSignal: 'TERM',
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // The end of our connection, and so of us, is the end of its input.
    StdinOnce: true,
    HostConfig: {
      AutoRemove: true,
      UsernsMode: 'host',
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['DAC_READ_SEARCH', 'SYS_ADMIN'],
      SecurityOpt: ['no-new-privileges'],
      // Docker would keep what it prints in a file, and files of the image may be secret.
      LogConfig: { Type: 'none' },
      Mounts: [
        mount(mounted, mountPoint),
        ...(socketFolder === undefined ? [] : [mount(socketFolder, socketPoint)]),
      ],
    },
  }
}
