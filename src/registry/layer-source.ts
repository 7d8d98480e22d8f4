import type { Readable } from 'node:stream'

/** Where the registry's layers are. Each is called by its diff ID, the digest of its uncompressed tar. */
export type LayerSource = {
  /**
   * Says at once whether a layer is there, and how large its tar is; null where that is not known. The
   * builder is told then that it need not send the layer, so it has to be there when the nodes are to get it.
   */
  readonly find: (digest: string) => Promise<{ readonly sizeBytes: number | null } | undefined>
  /**
   * The layer's tar from its first byte, for a step that runs on it; undefined where only nodes have it. Its
   * digest is checked by whoever reads it. Ends with the signal.
   */
  readonly open: (digest: string, signal: AbortSignal) => Promise<Readable | undefined>
}
