import { isContainer } from '../cluster/node.ts'
import { isStale } from '../facts/find-files-images.ts'
import type { Tree } from '../files/sources/source.ts'
import { withStagedTrees } from '../files/stage-trees.ts'
import { toTreeDigest, toTreeId } from '../files/tree-id.ts'
import { toFilesImage } from '../files/volumes.ts'
import type { WantedFiles } from '../files/wanted.ts'
import {
  type FilesImages,
  loadVolumeImage,
  type MadeImage,
  toVolumeImage,
  type VolumeImage,
} from '../load/volume-image.ts'
import { dropVolumes, inspectVolumes, pinVolumes } from '../load/volume-state.ts'
import type { StepOf } from '../plan/steps.ts'
import { createProgress } from '../text/progress.ts'
import type { Handler, Ports } from './ports.ts'

type Item = { readonly each: WantedFiles; readonly tree: Tree; readonly volume: VolumeImage }

type Machine = { readonly Architecture?: string; readonly Arch?: string }

/** What the nodes' image is for, as all of a cluster are of one kind. */
const findArchitecture = async (
  { docker: { api } }: Ports,
  imageId: string | undefined,
): Promise<string> => {
  const found = await api.get<Machine>(`/images/${imageId}/json`)
  return (found ?? (await api.get<Machine>('/version')))?.Architecture ?? 'amd64'
}

const toItems = (
  { wanted }: StepOf<'image-volumes'>,
  treeOf: (target: string) => Tree | undefined,
  architecture: string,
): readonly Item[] =>
  wanted.flatMap((each) => {
    const tree = treeOf(each.files.target)
    if (tree === undefined || tree.isFile) return []
    const reference = toFilesImage(each.files.target, toTreeId(tree, false))
    const bytes = tree.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const volume = toVolumeImage(reference, toTreeDigest(tree, false), bytes, architecture)
    return [{ each, tree, volume }]
  })

const makeAll = async (
  items: readonly Item[],
  { docker, log, run }: Ports,
): Promise<readonly MadeImage[]> => {
  const node = items[0]?.each.into[0]
  if (node === undefined) return []
  const { id: runId, signal } = run
  const staging = items.map(({ tree, volume: { config } }) => ({ tree, config }))
  return withStagedTrees(docker.api, node, staging, { runId, signal }, async (staged) => {
    const made: MadeImage[] = []
    for (const [index, { each, volume }] of items.entries()) {
      const { reference } = volume
      const progress = createProgress(log.line, reference)
      const at = staged[index] ?? { folder: '', config: '' }
      const nodes = await loadVolumeImage(docker, volume, at, each.into, {
        runId,
        progress,
        signal,
      })
      await Promise.all(each.into.map((one) => pinVolumes(docker.api, one, [reference])))
      made.push({ target: each.files.target, reference, nodes })
    }
    return made
  })
}

/** Makes files images that pods can mount, and removes earlier versions that no pod has mounted. */
export const makeImageVolumes: Handler<'image-volumes'> = async (
  step,
  ports,
): Promise<FilesImages> => {
  const { docker, run, log } = ports
  const { api } = docker
  const synced = run.resultOf('sync-files', step.sync)
  const architecture = await findArchitecture(ports, step.nodes.find(isContainer)?.imageId)
  const items = toItems(step, (target) => synced?.trees.get(target), architecture)
  if ((synced?.broken.length ?? 0) > 0) {
    // Whose layer is of the same files.
    for (const { each, volume } of items) {
      for (const node of each.into) {
        const gone = await dropVolumes(api, node, [volume.reference])
        if (gone.length === 0)
          log.warning(
            `node-files-images: pods in ${node.name} use ${volume.reference}, of which a file had changed. Remove them, and run the step again.`,
          )
      }
    }
  }
  const made = await makeAll(items, ports)
  const kept = new Set([...step.kept, ...made.map(({ reference }) => reference)])
  const dropped = await Promise.all(
    step.nodes.map(async (node) => {
      const { images } = await inspectVolumes(api, node)
      const stale = images.filter(({ name }) => isStale(name, kept, step.scope))
      const gone = await dropVolumes(
        api,
        node,
        stale.map(({ name }) => name),
      )
      return gone.map((reference) => ({ node: node.name, reference }))
    }),
  )
  return { made, dropped: dropped.flat() }
}
