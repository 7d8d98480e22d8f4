/** Images that no node got, as something else failed first. */
export type Unloaded = {
  /** As they were given. */
  readonly names: string
  /** By this step; else Docker had it before. */
  readonly isBuilt: boolean
}

/** One sentence for those that were built here, one for the others. */
export const renderUnloaded = (unloaded: readonly Unloaded[]): readonly string[] => {
  const list = (isBuilt: boolean): string =>
    unloaded.flatMap((each) => (each.isBuilt === isBuilt ? [each.names] : [])).join(', ')
  const [built, given] = [list(true), list(false)]
  return [
    ...(built === '' ? [] : [`Built, not loaded: ${built}.`]),
    ...(given === '' ? [] : [`Not loaded: ${given}.`]),
  ]
}
