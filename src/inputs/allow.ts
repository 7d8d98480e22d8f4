import type { Reader } from './reader.ts'

/** Lets outputs with `mode=delete` delete what their folders have besides. buildx alone asks for it. */
export const localDelete = 'buildx.local.delete'

/** Reads what the workflow's author allows. */
export const readAllow = ({ list, check }: Reader) => {
  const values = check('allow', list('allow'))
  const pathsOf = (kind: string): readonly string[] =>
    values.flatMap((value) => new RegExp(`^fs(?:\\.${kind})?=(.+)$`).exec(value)?.[1] ?? [])
  return {
    /** Such as `network.host` or `ssh`. */
    words: values.filter((value) => !/^fs(?:\.\w+)?=/.test(value)),
    /** Paths as given; `*` is all of them. */
    reads: pathsOf('read'),
    writes: pathsOf('write'),
  }
}

/** What Bake files may have beyond the files of the workspace, in the words of `bake --allow`. */
export type Allowances = Readonly<ReturnType<typeof readAllow>>
