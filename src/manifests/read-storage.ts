import { parseQuantity } from '../cluster/quantity.ts'
import type { Reader } from './document.ts'

/** Bytes; 0 for what is not written or is no quantity. */
const readBytes = ({ text }: Reader, node: unknown): number => parseQuantity(text(node) ?? '') ?? 0

/** What a PersistentVolumeClaim, or a template of one, asks for. */
export const readClaimed = (reader: Reader, claim: unknown): number =>
  readBytes(reader, reader.at(claim, 'spec', 'resources', 'requests', 'storage'))

const readEmptyDir = (reader: Reader, volume: unknown): number => {
  const { at, text } = reader
  // Every other medium is memory of some kind.
  const isOnDisk = (text(at(volume, 'emptyDir', 'medium')) ?? '') === ''
  return isOnDisk ? readBytes(reader, at(volume, 'emptyDir', 'sizeLimit')) : 0
}

export const sum = (amounts: readonly number[]): number =>
  amounts.reduce((all, one) => all + one, 0)

export const readVolumes = (reader: Reader, document: unknown, podSpec: unknown) => {
  const { at, items } = reader
  const volumes = items(at(podSpec, 'volumes'))
  // Only a StatefulSet has them.
  const templates = items(at(document, 'spec', 'volumeClaimTemplates'))
  const ephemeral = volumes.map((volume) => at(volume, 'ephemeral', 'volumeClaimTemplate'))
  return {
    /** The limits of its `emptyDir`s, which Kubernetes counts as the pod's ephemeral storage. */
    emptyDirs: sum(volumes.map((volume) => readEmptyDir(reader, volume))),
    /** What it claims for itself: each replica of a StatefulSet has volumes of its own. */
    claims: sum([...templates, ...ephemeral].map((claim) => readClaimed(reader, claim))),
  }
}

/** What one pod may write into volumes on its node's disk, in bytes. */
export type Volumes = Readonly<ReturnType<typeof readVolumes>>
