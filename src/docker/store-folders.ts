import type { Engine } from './info.ts'

/** Where the store's folders are, that of the layers last; a containerd of the system's own has a root of its own. */
export const storeFolders = ({
  containerd,
  dataRoot,
  hasContainerdStore,
}: Engine): readonly string[] => {
  const isSystems =
    containerd !== undefined && /^(\/var)?\/run\/containerd\//.test(containerd.address)
  return hasContainerdStore && isSystems ? [dataRoot, '/var/lib/containerd'] : [dataRoot]
}
