import { findOlder, type Version } from '../docker/version.ts'
import { Failure } from '../failure.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import { firstVersionOf, parseOptions } from '../inputs/driver-opts.ts'

/**
 * Requires that buildx knows all options of a driver.
 *
 * @param findVersion asks buildx, if that matters
 * @throws {Failure} with the release that brought the first that it does not know
 */
export const requireOptions = async (
  { driver, options, appended }: BuilderRequest,
  findVersion: () => Promise<Version | undefined>,
): Promise<void> => {
  const all = [options, ...appended.map((node) => node.options)].flatMap(parseOptions)
  const recent = all.flatMap(([name]) => {
    const wanted = firstVersionOf(driver, name)
    return wanted === undefined ? [] : [{ name, wanted }]
  })
  if (recent.length === 0) return
  const version = await findVersion()
  const missing = version && recent.find(({ wanted }) => findOlder([version], wanted) !== undefined)
  if (missing === undefined) return
  const what = `driver-opts: ${missing.name} needs buildx ${missing.wanted.join('.')} or newer, and this one is ${version?.join('.')}`
  throw new Failure(what, {
    remedy: 'Install a newer one, as with `version: latest` of docker/setup-buildx-action.',
  })
}
