import { isOlder, type Version } from '../docker/version.ts'
import { Failure } from '../failure.ts'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import { type Allowances, localDelete } from '../inputs/allow.ts'
import { toEntries, toFields } from '../inputs/entries.ts'
import type { BakeTarget } from './definition.ts'

/** The first release of buildx whose Bake wants to be told of it; older ones refuse the word. */
const firstAsking: Version = [0, 35]

/** The folders in which outputs delete what is not theirs, read as BuildKit does. */
const findDeleting = ({ definition }: BakeTarget): readonly string[] =>
  toEntries(definition['output'])
    .map(toFields)
    .filter(
      (output) =>
        output.get('type') === 'local' && output.get('mode')?.trim().toLowerCase() === 'delete',
    )
    .map((output) => output.get('dest') ?? '')

/** Whether it is below the workspace, wherever links lead, and not all of it. */
const isBelow = (folder: string, workspace: string): boolean => {
  const own = toRealPaths('.', workspace)
  return (
    findOutside(folder, workspace, own) === undefined &&
    !toRealPaths(folder, workspace).some((real) => own.includes(real))
  )
}

/**
 * Lets outputs of the step's own delete what their folders have besides. Those of Bake files are left out of
 * every build.
 *
 * @param findVersion asks buildx, if that matters
 * @throws {Failure} where one would delete elsewhere than below the workspace, and nobody allows it
 */
export const allowDeleting = async (
  targets: readonly BakeTarget[],
  { words }: Allowances,
  workspace: string,
  findVersion: () => Promise<Version | undefined>,
): Promise<readonly BakeTarget[]> => {
  const deleting = targets.filter((target) => findDeleting(target).length > 0)
  const version = deleting.length === 0 ? undefined : await findVersion()
  if (version === undefined || isOlder(version, firstAsking)) return targets
  for (const target of words.includes(localDelete) ? [] : deleting) {
    const outside = findDeleting(target).find((folder) => !isBelow(folder, workspace))
    if (outside === undefined) continue
    const what = `outputs of ${target.name}: mode=delete would delete files in ${JSON.stringify(outside)}, which is no folder below the workspace`
    const remedy = `Take a folder of its own for dest. To allow it, add \`allow: ${localDelete}\` to the step.`
    throw new Failure(what, { remedy })
  }
  return targets.map((target) =>
    deleting.includes(target) && target.allowances !== undefined
      ? { ...target, allowances: [...target.allowances, localDelete] }
      : target,
  )
}
