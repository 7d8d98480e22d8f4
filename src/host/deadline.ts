/** Waits for work only so long; what did not come in time is `late`, and goes on by itself. */
export const within = async <T>(work: Promise<T>, patienceMs: number, late: T): Promise<T> => {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(resolve, patienceMs, late)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
