import { freeDisk, waitForDisk } from '../disk/free-disk.ts'
import { pruneCache } from '../disk/prune-cache.ts'
import { sumSizes } from '../image/sizes.ts'
import { rememberSizes } from '../memory/memory.ts'
import { toHeldName } from '../ownership.ts'
import { type Step, toBuildId } from '../plan/steps.ts'
import { renderEndedToken } from '../token/ended-token.ts'
import { dropName, findLeftOvers, holdImage } from './intermediates.ts'
import { dropLayout, toLayoutFolder } from './layouts.ts'
import { load } from './load-step.ts'
import type { Handler, Handlers } from './ports.ts'
import { pull } from './pull-step.ts'

/** A start reads only what every plan needs: what others need is read when they do. */
const later =
  <K extends Step['kind']>(find: () => Promise<Handler<K>>): Handler<K> =>
  async (step, ports) =>
    (await find())(step, ports)

/** How each kind of step is done. */
export const handlers: Handlers = {
  load,
  pull,
  analyse: later(async () => (await import('./analyse-step.ts')).analyse),
  build: later(async () => (await import('./build-step.ts')).build),
  prove: later(async () => (await import('./prove-step.ts')).prove),
  'unpack-archive': later(async () => (await import('./unpack-archive-step.ts')).unpackArchive),
  'create-cluster': later(async () => (await import('./create-cluster-step.ts')).createClusterStep),
  'await-cluster': later(async () => (await import('./create-cluster-step.ts')).awaitClusterStep),
  'keep-pulled': later(async () => (await import('./keep-pulled-step.ts')).keepPulled),
  'restore-builds': later(async () => (await import('./restore-builds-step.ts')).restoreBuilds),
  'restore-mounts': later(async () => (await import('./cache-mounts-step.ts')).restoreCacheMounts),
  'keep-mounts': later(async () => (await import('./cache-mounts-step.ts')).keepCacheMounts),
  'sync-files': later(async () => (await import('./sync-files-step.ts')).syncNodeFiles),
  'image-volumes': later(async () => (await import('./image-volumes-step.ts')).makeImageVolumes),
  'free-disk': ({ freeing, folder }, { log, run }) =>
    freeDisk(freeing, folder, run.env, log.line, run.signal),
  'await-disk': ({ freeing, folder }, { run }) => waitForDisk(run.over(freeing), folder),
  'hold-image': ({ image }, { docker, run }) => holdImage(docker.api, run.id, image),
  'mirror-nodes': async ({ into, mirrors }, { docker, log }) => {
    const { mirrorNodes } = await import('../pull/mirrors.ts')
    for (const line of await mirrorNodes(docker.api, into, mirrors)) log.line(line)
  },
  'revoke-token': async (_, { secrets, log }) => {
    const ended = await secrets.close()
    for (const token of ended) log.line(`Token: ${renderEndedToken(token)}`)
    return ended
  },
  'record-sizes': async ({ repository, targets, lastSizes }, { docker, run }) => {
    const images = targets.flatMap(
      ({ name }) => run.resultOf('build', toBuildId(name))?.measured ?? [],
    )
    if (images.length === 0) return
    const areInDocker = targets.some(({ output }) => output === 'docker')
    const sizes = sumSizes(images, areInDocker && docker.engine.hasContainerdStore)
    const memory = { ...run.cache, repository, signal: run.signal }
    await rememberSizes(memory, targets, sizes, lastSizes)
  },
  'drop-image': ({ name }, { docker }) => dropName(docker.api, name),
  'release-image': async ({ image, loadedBy }, { docker, run }) => {
    const loaded = run.resultOf('load', loadedBy)
    // For nodes that had it already it was not held.
    const isHeld = loaded === undefined || loaded.image.heldAs !== undefined
    if (isHeld) await dropName(docker.api, toHeldName(run.id, image.id))
  },
  'drop-leftovers': async (_, { docker: { api } }) => {
    for (const name of await findLeftOvers(api).catch(() => [])) await dropName(api, name)
  },
  'drop-layout': async ({ target }, { run }) => dropLayout(toLayoutFolder(run, target)),
  'prune-cache': (_, { docker, log }) => pruneCache(docker.command, log.line),
}
