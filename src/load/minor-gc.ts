import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { readonly type: 'minor' }) => void

/** What may pile up before it is collected. */
const heapBytes = 8 * 1024 * 1024

/**
 * Node allocates a buffer for each read from a pipe and by itself collects them only when there are
 * 64 MB of them. Whoever is told of all bytes of a stream by the returned function collects sooner;
 * it takes a millisecond or two.
 */
export const createCollector = (): ((bytes: number) => void) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  let pendingBytes = 0
  return (bytes) => {
    pendingBytes += bytes
    if (pendingBytes < heapBytes) return
    pendingBytes = 0
    collect({ type: 'minor' })
  }
}
