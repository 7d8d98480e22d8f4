import type { Node } from './node.ts'

/** What kubelet takes where its configuration says nothing. */
const defaultEvicts: Readonly<Record<string, string>> = {
  'nodefs.available': '10%',
  'imagefs.available': '15%',
  'nodefs.inodesFree': '5%',
  'imagefs.inodesFree': '5%',
}
const defaultCollectsAbove = 85

/** K3s, RKE2, MicroK8s and k0s keep it elsewhere on a machine: each evicts in its own way, and collects by default. */
const hidden = { evicts: {} as typeof defaultEvicts, collectsAbove: defaultCollectsAbove }

/** What k3d's users have K3s tell its kubelet, which comes before its configuration. */
const toFlag = (args: readonly string[], name: string): string | undefined =>
  args
    .findLast((word) => word.startsWith(`--kubelet-arg=${name}=`))
    ?.split('=')
    .slice(2)
    .join('=')

/** `nodefs.available<1%,imagefs.available<1%`. */
const toThresholds = (flag: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...flag.matchAll(/([\w.]+)<([^,]+)/g)].map(([, signal = '', least = '']) => [signal, least]),
  )

/**
 * When a kubelet evicts pods and removes images; undefined where nobody knows.
 *
 * @param printed what in-node/capacity.sh printed
 * @param args what the node's container was started with
 */
export const toKubelet = (printed: string, args: readonly string[], provider: Node['provider']) => {
  const [, config] = printed.split(/^kubelet\n/m)
  if (config === undefined) return provider === 'containerd' ? hidden : undefined
  const lines = [...config.matchAll(/^ +([\w.]+): {0,9}"?([^"\n]*)"?$/gm)]
  const written = lines.map(([, signal = '', threshold = '']) => [signal, threshold] as const)
  const collects =
    toFlag(args, 'image-gc-high-threshold') ??
    [...config.matchAll(/^imageGCHighThresholdPercent: *(\d+)$/gm)].at(-1)?.[1]
  const evicts = toFlag(args, 'eviction-hard')
  const configured = config.includes('evictionHard:') ? Object.fromEntries(written) : defaultEvicts
  return {
    /** Below which it evicts pods, such as `nodefs.available` to `10%`. */
    evicts: evicts === undefined ? configured : toThresholds(evicts),
    /** Percent of use of the disk above which it removes images that no container runs. */
    collectsAbove: collects === undefined ? defaultCollectsAbove : Number(collects),
  }
}
