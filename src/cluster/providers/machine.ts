import { isOlder, type Version } from '../../docker/version.ts'
import { Failure } from '../../failure.ts'
import type { Env } from '../../host/command.ts'
import { toLine } from '../../text/to-line.ts'
import type { MachineNode } from '../node.ts'

/** Where clusters without containers have their containerd. */
export const usualSockets =
  'K3s and RKE2 have it at /run/k3s/containerd/containerd.sock, MicroK8s at /var/snap/microk8s/common/run/containerd.sock, k0s at /run/k0s/containerd.sock, kubeadm at /run/containerd/containerd.sock'

/** CRI's first stable version, which we speak, came with it. */
const oldest: Version = [1, 6]

/** What the machine says of its containerd. */
export type MachineFacts = {
  readonly tools: ReadonlySet<string>
  /** What `ctr` said where the containerd did not answer. */
  readonly silence: string | undefined
  readonly version: string | undefined
  /** How the plugin is, such as `ok` or `skip`; undefined where there is none. */
  readonly cri: string | undefined
  /** The folder of overlayfs snapshots, where we may write there. */
  readonly overlayfs: string | undefined
  /** The one of images that are there already. */
  readonly snapshotter: string | undefined
}

/** Reads what in-node/machine.sh prints. */
export const parseMachine = (printed: string): MachineFacts => {
  const rows = printed.split('\n').map((line) => line.split('\t'))
  const factOf = (word: string): string | undefined =>
    rows.find(([first]) => first === word)?.[1] || undefined
  return {
    tools: new Set(rows.flatMap(([word, tool = '']) => (word === 'tool' ? [tool] : []))),
    silence: rows.find(([first]) => first === 'silent')?.[1],
    version: factOf('version'),
    cri: factOf('cri'),
    overlayfs: factOf('overlayfs'),
    snapshotter: factOf('snapshotter'),
  }
}

const toVersion = (text: string): Version | undefined => {
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})\b/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}

/** With these an image's layers are unpacked as they come, each once. */
const unpackingTools = ['bash', 'flock', 'tar', 'cp'] as const

const canUnpack = ({ overlayfs, tools }: MachineFacts): boolean =>
  overlayfs !== undefined && unpackingTools.every((tool) => tools.has(tool))

/** Why nothing can be loaded into a containerd; undefined where it can. */
const findObjection = (facts: MachineFacts, address: string): Failure | undefined => {
  const { tools, silence, version, cri } = facts
  if (!tools.has('ctr'))
    return new Failure(`This machine has no ctr, by which images get into ${address}`, {
      // Beside MicroK8s's there are a cp, a tar and more of the snap's own, which would take the place of the machine's.
      remedy:
        'Link the one of its containerd: MicroK8s: `sudo ln -s /snap/microk8s/current/bin/ctr /usr/local/bin/`; RKE2: `sudo ln -s /var/lib/rancher/rke2/bin/ctr /usr/local/bin/`.',
    })
  if (version === undefined)
    return new Failure(`The containerd at ${address} does not answer: ${toLine(silence ?? '')}`, {
      remedy: 'See whether it runs: `systemctl status containerd`, or that of k3s.',
    })
  const known = toVersion(version)
  if (known !== undefined && isOlder(known, oldest))
    return new Failure(`The containerd at ${address} is ${version}`, {
      remedy: `Slipway needs ${oldest.join('.')} or newer.`,
    })
  if (cri !== 'ok')
    return new Failure(
      `The containerd at ${address} has no CRI, so no kubelet takes images from it`,
      {
        remedy: `Docker's own is like that. Set containerd-address to the cluster's: ${usualSockets}. Or take "cri" out of disabled_plugins in /etc/containerd/config.toml.`,
      },
    )
  if (tools.has('crictl') || (tools.has('perl') && canUnpack(facts))) return undefined
  return new Failure('This machine has no crictl, by which CRI is asked', {
    remedy: 'Install it: https://github.com/kubernetes-sigs/cri-tools.',
  })
}

/** What programs run with, and through what. */
export type Start = Pick<MachineNode, 'startedBy' | 'env'>

/**
 * This machine as a node.
 *
 * @param start how its programs are started, and with which variables
 * @throws {Failure} when no image can be loaded into its containerd
 */
export const toMachineNode = (
  facts: MachineFacts,
  address: string,
  start: (further: Env) => Start,
  host: string,
): MachineNode => {
  const objection = findObjection(facts, address)
  if (objection !== undefined) throw objection
  const { overlayfs, version = '', snapshotter = 'overlayfs' } = facts
  return {
    name: /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(host) ? host : 'this-machine',
    role: 'machine',
    provider: 'containerd',
    version,
    address,
    userland: canUnpack(facts) ? 'gnu' : 'busybox',
    containerd: {
      namespace: 'k8s.io',
      root: overlayfs?.replace(/\/[^/]*$/, '') ?? '/',
      snapshotter,
    },
    ...start({
      CONTAINERD_SNAPSHOTTER: snapshotter,
      ...(overlayfs !== undefined && { SLIPWAY_SNAPSHOTTER: overlayfs }),
    }),
  }
}
