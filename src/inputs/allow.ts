import type { Reader } from './reader.ts'

/** What Bake files may have beyond the files of the workspace, in the words of `bake --allow`. */
export type Allowances = {
  /** Such as `network.host` or `ssh`. */
  readonly words: readonly string[]
  /** Paths as given; `*` is all of them. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

/** Reads what the workflow's author allows. */
export const readAllow = ({ list, check }: Reader): Allowances => {
  const values = check('allow', list('allow'))
  const pathsOf = (kind: string): readonly string[] =>
    values.flatMap((value) => new RegExp(`^fs(?:\\.${kind})?=(.+)$`).exec(value)?.[1] ?? [])
  return {
    words: values.filter((value) => !/^fs(?:\.\w+)?=/.test(value)),
    reads: pathsOf('read'),
    writes: pathsOf('write'),
  }
}
