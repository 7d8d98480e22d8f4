import type { KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import type { Docker } from '../host/docker.ts'

/** What a node's containerd has and can, as far as streaming needs to know. */
export type NodeState = {
  readonly chains: ReadonlySet<string>
  /** Names of images, and of CRI's own the IDs. */
  readonly images: ReadonlySet<string>
  /** Flags of `ctr images import` that keep unpacked layers from being stored twice. */
  readonly importFlags: readonly string[]
}

/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const toImportFlags = (help: string): readonly string[] => {
  if (!help.includes('--discard-unpacked-layers')) return []
  return ['--discard-unpacked-layers', ...(/^\s+--local\b/m.test(help) ? ['--local'] : [])]
}

/** Committed snapshots of `ctr snapshots list`. */
const toChains = (list: string): ReadonlySet<string> =>
  new Set(
    list
      .split('\n')
      .filter((line) => /\sCommitted\s*$/.test(line))
      .map((line) => line.split(/\s/, 1)[0] ?? ''),
  )

export const listNode = async (docker: Docker, node: KindNode): Promise<NodeState> => {
  const ctr = ['exec', node.name, 'ctr', '--namespace=k8s.io']
  const [help, list, images] = await Promise.all([
    docker.try([...ctr, 'images', 'import', '--help']),
    docker.run([...ctr, 'snapshots', `--snapshotter=${node.snapshotter}`, 'list']),
    docker.run([...ctr, 'images', 'list', '--quiet']),
  ])
  return {
    chains: toChains(list),
    images: new Set(images.split('\n')),
    importFlags: toImportFlags(help.stdout),
  }
}

/** CRI hears of images by events, so it may need a moment. */
const lookAgainMs = 200
const looks = 15

/**
 * Says what is wrong with an image in a node: CRI must know it by every name, and every chain must
 * be there. Undefined means that all is well.
 */
export const checkInNode = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
): Promise<string | undefined> => {
  const { chains } = await listNode(docker, node)
  const missing = image.layers.find(({ chainId }) => !chains.has(chainId))
  if (missing !== undefined) return `snapshot ${missing.chainId} is missing after the import`
  for (const { canonical } of image.references) {
    for (let look = 1; ; look += 1) {
      const { code } = await docker.try(['exec', node.name, 'crictl', 'inspecti', '-q', canonical])
      if (code === 0) break
      if (look === looks) return `CRI does not have ${canonical} after the import`
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    }
  }
  return undefined
}

/**
 * Removes an image whose import failed, so that kubelet does not believe in it. CRI gives every
 * image its ID as a second name and does not take it back; it goes unless it was there before.
 */
export const removeImage = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
  before: NodeState,
): Promise<void> => {
  const names = image.references.map(({ canonical }) => canonical)
  const ids = await Promise.all(
    names.map(async (name) => {
      const { stdout } = await docker.try(['exec', node.name, 'crictl', 'inspecti', name])
      return /"id": *"(sha256:[0-9a-f]{64})"/.exec(stdout)?.[1] ?? image.id
    }),
  )
  const gone = [...names, ...ids.filter((id) => !before.images.has(id))]
  const ctr = ['exec', node.name, 'ctr', '--namespace=k8s.io']
  for (const name of new Set(gone)) await docker.try([...ctr, 'images', 'remove', name])
  await docker.try([...ctr, 'content', 'prune', 'references'])
}
