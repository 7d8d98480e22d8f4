import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../failure.ts'
import { toBakeFiles } from './dockerfile/find.ts'
import type { Unlinked } from './links.ts'

/**
 * Two that are asked for and have one name would overwrite each other's image. The same build twice, as
 * services of Compose often have it, makes one image.
 *
 * @throws {Failure} with the targets and the tag
 */
export const refuseContradictions = (targets: readonly Unlinked[]): void => {
  const byTag = new Map<string, Unlinked>()
  for (const target of targets.filter(({ isWanted }) => isWanted)) {
    for (const { canonical, given } of target.tags) {
      const other = byTag.get(canonical)
      byTag.set(canonical, target)
      if (other === undefined || isDeepStrictEqual(other.definition, target.definition)) continue
      const what = `The targets ${other.name} and ${target.name} both have the tag ${given}`
      const remedy = 'Give each target a tag of its own.'
      throw new Failure(`${what}, so one image would replace the other`, { remedy })
    }
  }
}

/** A folder that a file of Compose names relatively to itself. */
const findBeside = (
  context: string,
  files: readonly string[],
  workspace: string,
): string | undefined =>
  files
    .map((file) => relative(workspace, resolve(workspace, dirname(file), context)))
    .find((path) => existsSync(join(workspace, path)))

/**
 * A context that is not there, said before a token is minted for it.
 *
 * @throws {Failure} with the target and the folder that may have been meant
 */
export const refuseMissing = (
  targets: readonly Unlinked[],
  files: readonly string[],
  workspace: string,
): void => {
  for (const { name, definition } of targets) {
    const { folder } = toBakeFiles(definition, workspace)
    if (folder === undefined || existsSync(folder)) continue
    const context = String(definition['context'] ?? '.')
    const beside = findBeside(context, files, workspace)
    const remedy =
      beside === undefined
        ? 'Check the path, and that actions/checkout ran before this step.'
        : `Bake starts relative paths in the workspace, not beside its file: write ${beside}, or add \`${name}.context=${beside}\` to bake-set.`
    const what = `The target ${name} has the context ${JSON.stringify(context)}`
    throw new Failure(`${what}, and the workspace has no such folder`, { remedy })
  }
}
