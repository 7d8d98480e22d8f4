/** What was moved, and how long that took until it could be used. */
export type Moved = { readonly bytes: number; readonly ms: number }

/** Counts bytes and the time in which any of them were on their way, until they can be used. */
export const createMeter = () => {
  const moved = { bytes: 0, ms: 0 }
  let [active, began] = [0, 0]
  const time = async <T>(act: () => Promise<T>): Promise<T> => {
    if (active === 0) began = performance.now()
    active += 1
    try {
      return await act()
    } finally {
      active -= 1
      if (active === 0) moved.ms += performance.now() - began
    }
  }
  return { moved, time }
}
