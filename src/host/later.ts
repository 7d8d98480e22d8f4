/** A signal that is aborted some time after another one: what is under way has so long to come to its end. */
export const later = (signal: AbortSignal | undefined, ms: number): AbortSignal => {
  const controller = new AbortController()
  const begin = () => setTimeout(() => controller.abort(signal?.reason), ms).unref()
  signal?.addEventListener('abort', begin, { once: true })
  if (signal?.aborted) begin()
  return controller.signal
}
