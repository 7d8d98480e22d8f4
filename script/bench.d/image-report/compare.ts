import { startRegistry } from '../host/registry.ts'
import { type Session, withScope } from '../host/session.ts'
import { imageName } from '../image/names.ts'
import type { Compared } from './bars.ts'
import { reportAlone } from './run-step.ts'

const late = () => ({ signal: AbortSignal.timeout(120_000) })

export const build = async (session: Session, variant: string, lines: readonly string[]) => {
  const tag = `${imageName}:${session.id}-${variant}`
  session.defer(tag, () => session.docker(['image', 'rm', '--force', tag], late()))
  const input = [Buffer.from(`${lines.join('\n')}\n`)]
  await session.docker(['buildx', 'build', '--quiet', '--load', `--tag=${tag}`, '-'], { input })
  return tag
}

const sizeOf = async ({ docker }: Session, tag: string): Promise<number> =>
  Number(await docker(['image', 'inspect', '--format', '{{.Size}}', tag]))

/** Waste of three kinds against what Docker says that the image without it has less. */
export const compareWaste = (
  session: Session,
  base: string,
  megabytes: number,
  cluster: string,
): Promise<Compared> =>
  withScope(session, async (scope) => {
    const write = (name: string): string =>
      `head -c ${Math.ceil(megabytes * 1e6)} /dev/urandom >/work/${name}`
    const all = ['owned', 'twice', 'gone', 'kept'].map(write).join(' && ')
    const wasteful = await build(scope, 'wasteful', [
      ...[`FROM ${base}`, `RUN mkdir /work && ${all}`, 'RUN chown 7:8 /work/owned'],
      ...[`RUN ${write('twice')}`, 'RUN rm /work/gone'],
    ])
    const some = ['owned', 'twice', 'kept'].map(write).join(' && ')
    const rebuilt = await build(scope, 'rebuilt', [
      ...[`FROM ${base}`, `RUN mkdir /work && ${some} && chown 7:8 /work/owned`],
    ])
    const { report } = await reportAlone(scope, wasteful, cluster)
    const real = (await sizeOf(scope, wasteful)) - (await sizeOf(scope, rebuilt))
    return { told: report.waste.ownBytes, real }
  })

const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
]

type Manifest = { readonly layers: readonly { readonly size: number }[] }

/** Bytes of an image's layers in a registry that it is pushed to. */
export const pushedBytes = (session: Session, image: string): Promise<number> =>
  withScope(session, async (scope) => {
    const { address } = await startRegistry(scope)
    const tag = `${address}/${imageName}:${session.id}-pushed`
    scope.defer(tag, () => scope.docker(['image', 'rm', '--force', tag], late()))
    await scope.docker(['tag', image, tag])
    await scope.docker(['push', '--quiet', tag])
    const url = `http://${address}/v2/${imageName}/manifests/${session.id}-pushed`
    const headers = { accept: manifestTypes.join(', ') }
    const answer = await fetch(url, { headers, signal: scope.signal })
    if (!answer.ok) throw new Error(`the registry answers ${answer.status} for the manifest`)
    const { layers } = (await answer.json()) as Manifest
    return layers.reduce((sum, { size }) => sum + size, 0)
  })
