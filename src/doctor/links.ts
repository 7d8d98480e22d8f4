import type { TriedMethod } from '../load/try-methods.ts'
import { type Answer, no, ok, unknown } from './check.ts'

const own = (name: string, tried: TriedMethod): string =>
  tried.kind === 'would'
    ? `${name}: ${tried.method}${tried.reason === '' ? '' : ` (${tried.reason})`}`
    : `${name}: ${tried.reason}`

const remedyFor = (reason: string, machineRoot: string | undefined): string => {
  if (/cross-device/i.test(reason) && machineRoot !== undefined)
    return `Keep Docker's data and ${machineRoot} on one filesystem: \`data-root\` in /etc/docker/daemon.json, \`root\` in containerd's configuration, or \`--data-dir\` of K3s.`
  if (/cross-device/i.test(reason))
    return "Keep Docker's layers and volumes on one filesystem: no other disk at its folder `volumes`, and no `extraMounts` over /var or /var/lib/containerd in kind-config."
  if (/Operation not permitted|not supported/i.test(reason))
    return "Move Docker's data to ext4, XFS or btrfs on a local disk (`data-root` in /etc/docker/daemon.json)."
  if (/only root/.test(reason))
    return 'Allow sudo without a password to the user of the runner, and install bash, flock, GNU tar and cp.'
  if (/another machine/.test(reason)) return 'Nothing mends it, and streaming works.'
  if (/BusyBox/.test(reason))
    return 'Nothing mends it, and streaming works; take kind where loads have to be quick.'
  if (/no Perl/.test(reason))
    return "Install Perl where the node's containerd runs: manifests of Docker's containerd store are read with it."
  return 'Leave load-mode at auto, which copies or streams there, and compare with docs/loading.md.'
}

/**
 * Says of the nodes how layers reach them.
 *
 * @param machineRoot the folder of this machine's own containerd, where that is the node
 */
export const explainLinks = (
  tried: ReadonlyMap<string, TriedMethod>,
  machineRoot?: string,
): Answer => {
  const all = [...tried]
  if (all.length === 0) return unknown('there is no node to try it with')
  const busy = all.find(([, each]) => each.kind === 'cannot' && /another load/.test(each.reason))
  if (busy !== undefined) return unknown(own(...busy))
  const isFast = (each: TriedMethod): boolean => each.kind === 'would' && each.method !== 'copy'
  const slow = all.filter(([, each]) => !isFast(each))
  const [first] = slow
  if (first === undefined) {
    const ways = all.map(([name, each]) =>
      each.kind === 'would' ? `${name} by ${each.method}` : name,
    )
    return ok(`layers reach ${ways.join(', ')}, tried with a file and a whiteout`)
  }
  return no(
    `layers do not reach every node without a copy. ${slow.map((each) => own(...each)).join('; ')}`,
    remedyFor(first[1].reason, machineRoot),
  )
}
