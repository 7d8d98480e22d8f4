import { docker } from './testbed.ts'

/** What the stand-in for kubeadm does in a node. */
export type Kubeadm = 'works' | 'waits' | 'fails' | 'unready'

/**
 * A node image with which kind's own program creates clusters: script/testbed.d/kind-node, where kubeadm
 * and kubectl are stand-ins.
 */
export const buildKindNode = async (kubeadm: Kubeadm = 'works'): Promise<string> => {
  const tag = `slipway-testbed/kind-node:${kubeadm}`
  const base = process.env['SLIPWAY_NODE_IMAGE'] ?? ''
  const args = ['--build-arg', `BASE=${base}`, '--build-arg', `KUBEADM=${kubeadm}`]
  await docker(
    'buildx',
    'build',
    '--quiet',
    '--load',
    ...args,
    '--tag',
    tag,
    'script/testbed.d/kind-node',
  )
  return tag
}
