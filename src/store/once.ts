/** What is being done, by names that only one run has. */
const underWay = new Map<string, Promise<unknown>>()

/** Users may want the same at once: whoever comes second waits for the first, and sees then what is there. */
export const once = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
  const other = underWay.get(name)
  // Where the first failed, the second tries itself.
  if (other !== undefined) await other.catch(() => {})
  const own = act()
  underWay.set(name, own)
  try {
    return await own
  } finally {
    if (underWay.get(name) === own) underWay.delete(name)
  }
}
