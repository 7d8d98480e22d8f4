/**
 * Does something with each item, so many at once. The first failure lets none begin any more.
 *
 * @throws that failure, when none is at work any more: what they write to may go then
 */
export const doAtOnce = async <T>(
  items: readonly T[],
  most: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> => {
  // An item may be undefined itself.
  const waiting = items.map((item) => ({ item }))
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await act(next.item)
      } catch (error) {
        waiting.length = 0
        throw error
      }
    }
  }
  const workers = Array.from({ length: most }, work)
  await Promise.allSettled(workers)
  await Promise.all(workers)
}

/** Has so many things done at once; the others wait in their order. */
export const createGate = (most: number) => {
  const waiting: (() => void)[] = []
  let free = most
  return async <T>(act: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
