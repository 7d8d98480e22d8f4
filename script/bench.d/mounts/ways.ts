import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type MountPorts,
  type RestoredMount,
  restoreMounts,
} from '../../../src/build/mounts/restore-mounts.ts'
import { saveMounts } from '../../../src/build/mounts/save-mounts.ts'
import { createDocker } from '../../../src/docker/docker.ts'
import { buildArgs, type Stage } from './stage.ts'

/** How a mount comes from the Actions cache, and goes there. */
export type Way = {
  readonly name: string
  readonly restore: () => Promise<void>
  readonly save: () => Promise<void>
}

export const slipwaysWay = (stage: Stage): Way => {
  const { session, env, cache, id } = stage
  let restored: readonly RestoredMount[] = []
  let ports: MountPorts
  const fail = (text: string): never => {
    throw new Error(text)
  }
  const mount = { id, uid: undefined, gid: undefined, mode: undefined, sharing: 'shared' } as const
  return {
    name: 'Slipway',
    restore: async () => {
      const { signal } = session
      const own = { docker: createDocker(env, signal), cache, env, folder: stage.makeFolder() }
      ports = { ...own, signal, line: () => {}, warn: fail }
      restored = await restoreMounts([mount], ports)
    },
    save: () => saveMounts(restored, { bytes: 8e9 }, ports),
  }
}

/**
 * As reproducible-containers/buildkit-cache-dance 3 does it, with actions/cache: an image's build copies all of a
 * folder into the mount, and another one all of the mount into an image, out of which Docker copies it.
 */
export const dancesWay = (stage: Stage): Way => {
  const { session, base, id, cache } = stage
  const { run, docker, signal } = session
  const start = `dance-${id}-`
  const mount = `--mount=type=cache,id=${id},target=/m`
  const options = { signal: AbortSignal.timeout(120_000) }
  session.defer('the images of cache-dance', async () => {
    await docker(['rm', '--force', id], options)
    await docker(['rmi', '--force', `${id}:inject`, `${id}:extract`], options)
  })
  const write = (folder: string, step: string): void =>
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${base}\nARG RUN\nRUN ${step}\n`)
  return {
    name: 'cache-dance',
    restore: async () => {
      const folder = stage.makeFolder()
      const key = await cache.fetch([start, start], folder, signal)
      if (key === undefined) return
      await run('tar', ['--extract', '--file', join(folder, 'archive'), '--directory', folder])
      const tag = `${id}:inject`
      write(
        folder,
        `${mount} --mount=type=bind,source=kept,target=/from cp -p -R /from/. /m || true`,
      )
      await docker([...buildArgs(folder), '--load', `--tag=${tag}`, folder])
      await docker(['rmi', '--force', tag])
    },
    save: async () => {
      const folder = stage.makeFolder()
      const [tag, context] = [`${id}:extract`, join(folder, 'context')]
      mkdirSync(context)
      write(context, `${mount} mkdir -p /kept && cp -p -R /m/. /kept`)
      await docker([...buildArgs(context), '--load', `--tag=${tag}`, context])
      await docker(['create', `--name=${id}`, tag, 'true'])
      const out = join(folder, 'out.tar')
      await run('sh', ['-c', 'docker cp -L "$1:/kept" - >"$2"', 'sh', id, out])
      await run('tar', ['--extract', '--file', out, '--directory', folder])
      await docker(['rm', '--force', id])
      await docker(['rmi', '--force', tag])
      await cache.save(`${start}${randomUUID()}`, folder, signal)
    },
  }
}
