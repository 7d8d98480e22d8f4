import { resolve } from 'node:path'
import { type Reader, toLines } from './reader.ts'
import { reportOutside } from './report-outside.ts'

/** Files with images, as absolute paths. */
export const readArchives = (reader: Reader): readonly string[] => {
  const { list, report, run } = reader
  return list('image-archives', toLines).flatMap((given) => {
    if (!reportOutside(reader, 'image-archives', given)) return []
    const path = resolve(run.workspace, given)
    const kind = run.kindOf(path)
    if (kind === 'file') return [path]
    const why = kind === 'folder' ? 'it is a folder' : 'there is no such file'
    const how = 'Write the path of a file that `docker save --output` has written.'
    report('image-archives', `${why}. ${how}`, given)
    return []
  })
}
