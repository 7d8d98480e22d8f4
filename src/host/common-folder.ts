/** The deepest folder that holds all the paths. */
export const commonFolder = (paths: readonly string[]): string => {
  const [first = '', ...others] = paths
  const parts = first.split('/')
  const isShared = (length: number): boolean => {
    const prefix = `${parts.slice(0, length).join('/')}/`
    return others.every((path) => `${path}/`.startsWith(prefix))
  }
  let length = parts.length
  while (length > 1 && !isShared(length)) length -= 1
  return parts.slice(0, length).join('/') || '/'
}
