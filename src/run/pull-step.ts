import type { Refusal } from '../image/refusal.ts'
import { findImages } from '../image/sources/docker.ts'
import type { Handler, Pulled } from './ports.ts'

/** Brings an image out of the Actions cache, or has Docker pull it, and finds what has come. */
export const pull: Handler<'pull'> = async (
  { reference, mirrors, cache, nodes },
  ports,
): Promise<Pulled> => {
  const { docker, log, run } = ports
  const { env, signal } = run
  if (cache !== undefined) {
    const { pullThroughCache } = await import('./pull-through-cache.ts')
    const pulled = await pullThroughCache(reference, nodes, ports)
    if (pulled !== undefined) return pulled
  }
  // Other steps start without a client of HTTP.
  const { pullImage } = await import('../pull/pull-image.ts')
  const { explainPull } = await import('../pull/explain.ts')
  const explain = (refusal: Refusal) => explainPull(reference, refusal, { env, signal })
  const { pullFromMirrors } = await import('../pull/mirrors.ts')
  const came = await pullFromMirrors(docker.command, docker.api.get, reference, mirrors, log.line)
  if (!came) await pullImage(docker.command, reference, log.line, explain, signal)
  const [image] = await findImages(docker.api.get, [reference])
  if (image === undefined) throw new Error(`${reference.given} is gone after it was pulled`)
  return { image, kept: undefined }
}
