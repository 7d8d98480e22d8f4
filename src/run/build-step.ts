import { relative } from 'node:path'
import { type BuildOrder, buildImage } from '../build/build-image.ts'
import { watchBuild } from '../build/builder-watch.ts'
import {
  type BuildFiles,
  readDockerfile,
  toBakeFiles,
  toBakeWords,
} from '../build/dockerfile/find.ts'
import { findStepLine } from '../build/dockerfile/step-line.ts'
import { shortenInstruction } from '../build/render-event.ts'
import { isForFolder, type Target, toContexts } from '../build/target.ts'
import type { MissedStep } from '../build/timings.ts'
import { findPersisted, findSecretWarnings } from '../build/warnings.ts'
import { createDocker } from '../docker/docker.ts'
import { measureImage } from '../image/sizes.ts'
import { findBuilt, renderMoved } from '../image/sources/built.ts'
import { toLine } from '../text/to-line.ts'
import { logBuild } from './build-log.ts'
import { retryBuild, retryUnread } from './build-retry.ts'
import { buildIntoFolder, type TryBuild } from './folder-build.ts'
import type { BuiltOf } from './history-origins.ts'
import { measureLayout, toLayoutFolder } from './layouts.ts'
import type { Handler, Ports } from './ports.ts'

/** Never fails, and is soon over: it goes on beside the build. */
const warn = async ({ docker, secrets, log, run }: Ports, target: Target): Promise<void> => {
  const { workspace } = run
  const found = await Promise.allSettled([
    findSecretWarnings(docker.command, target, run, secrets.ids),
    findPersisted(target, workspace),
  ])
  const warnings = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  for (const { message, location } of warnings) {
    log.warning(
      message,
      location && { file: relative(workspace, location.file), line: location.line },
    )
  }
}

/** The step that the cache did not have, and where the Dockerfile has it. */
const toMissed = (
  name: string | undefined,
  files: BuildFiles,
  dockerfile: string | undefined,
): MissedStep | undefined => {
  if (name === undefined) return undefined
  const line = dockerfile === undefined ? undefined : findStepLine(readDockerfile(files), name)
  const instruction = shortenInstruction(toLine(name).replace(/^\[[^\]]*\] /, ''))
  const location = line === undefined ? undefined : { file: dockerfile ?? '', line }
  return { instruction, location }
}

const toBuiltOf = (
  { bake }: Target,
  files: BuildFiles,
  file: string | undefined,
): BuiltOf | undefined =>
  file === undefined
    ? undefined
    : { file, text: readDockerfile(files), target: toBakeWords(bake.definition).target }

/**
 * Builds one target, with the token and the step's secrets at hand.
 *
 * @throws {Failure} saying which step failed, or that what was built is gone
 */
export const build: Handler<'build'> = async (step, ports) => {
  const { target, isAlone, retries, cacheRequired, nodes, wantsOrigins } = step
  const { docker, log, run } = ports
  const warned = warn(ports, target)
  const { tempDir, workspace } = run
  const files = toBakeFiles(target.bake.definition, workspace)
  const dockerfile = files.dockerfile && relative(workspace, files.dockerfile)
  const secrets = await ports.secrets.take(toContexts(target))
  const { cacheEnv } = ports.secrets
  const layout = toLayoutFolder(run, target)
  const place = { tempDir, layout, workspace, dockerfile }
  const order = { target, secrets, cacheEnv, cacheRequired, wantsOrigins, ...place }
  const { name, tags, isWanted, intermediate } = target
  const { signal } = run
  const buildOnce = (whole: BuildOrder) =>
    logBuild(log, { name, isAlone, dockerfile, signal }, (onEvent) =>
      watchBuild({ name, watch: run.watch, signal, onEvent }, (until, onEvent) =>
        buildImage(createDocker(run.env, until), whole, onEvent, log.warning),
      ),
    )
  const tryBuild: TryBuild = (whole, prepare = () => {}) =>
    retryUnread({ target: whole.target, cacheRequired, signal, warn: log.warning }, (target) =>
      retryBuild({ name, retries, signal, line: log.line }, () => {
        prepare()
        return buildOnce({ ...whole, target })
      }),
    )
  const building = isForFolder(target)
    ? buildIntoFolder(order, nodes, ports, tryBuild)
    : tryBuild(order).then((built) => ({ built, inFolder: undefined }))
  const { built: whole, inFolder } = await building.finally(() => warned)
  const { origins, ...built } = whole
  const builtOf = wantsOrigins ? toBuiltOf(target, files, dockerfile) : undefined
  const metadata = { ...built, missed: toMissed(built.missed, files, dockerfile) }
  if (inFolder !== undefined && isWanted && tags.length > 0) {
    const { image } = inFolder
    const measured = measureLayout(image)
    return { metadata: { ...metadata, imageId: image.id }, ...inFolder, measured, origins, builtOf }
  }
  if (!isWanted || intermediate === undefined || tags.length === 0) {
    if (isWanted)
      log.line(`${name} has no tags, so no pod could name it: Slipway does not load it.`)
    return { metadata, image: undefined, measured: undefined, origins, builtOf }
  }
  const { get } = docker.api
  const { image, moved } = await findBuilt(get, intermediate, tags)
  for (const tag of moved) log.warning(renderMoved(image.id, tag))
  // At once: what is loaded may be dropped from Docker.
  const measured = await measureImage(get, image).catch(() => undefined)
  // The containerd store has another ID than buildx says: its manifest's digest, not the config's.
  return { metadata: { ...metadata, imageId: image.id }, image, measured, origins, builtOf }
}
