/** Folders that a path is in, the topmost first; the top itself has no name and is not among them. */
export const foldersAbove = (path: string): readonly string[] => {
  const folders: string[] = []
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
    folders.push(path.slice(0, at))
  return folders
}

/** Whether neither an input nor a manifest nor an option nor Markdown takes signs of it for something else. */
export const isPlainPath = (path: string): boolean => /^[\w.@+-]+(?:\/[\w.@+-]+)*$/.test(path)

/** The topmost folder that a path is in and that is one of those. */
export const findFolderAbove = (
  path: string,
  isOne: (folder: string) => boolean,
): string | undefined => {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at)
    if (isOne(folder)) return folder
  }
  return undefined
}
