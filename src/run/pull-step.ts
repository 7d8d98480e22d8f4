import type { ContainerImage } from '../image/image.ts'
import { findImages } from '../image/sources/docker.ts'
import type { Refusal } from '../pull/refusal.ts'
import type { Handler } from './ports.ts'

/** Pulls an image, and finds what has come. */
export const pull: Handler<'pull'> = async (
  { reference, mirrors },
  { docker, log, run },
): Promise<ContainerImage> => {
  const { env, signal } = run
  // Other steps start without a client of HTTP.
  const { pullImage } = await import('../pull/pull-image.ts')
  const { explainPull } = await import('../pull/explain.ts')
  const explain = (refusal: Refusal) => explainPull(reference, refusal, { env, signal })
  const { pullFromMirrors } = await import('../pull/mirrors.ts')
  const came = await pullFromMirrors(docker.command, docker.api.get, reference, mirrors, log.line)
  if (!came) await pullImage(docker.command, reference, log.line, explain, signal)
  const [image] = await findImages(docker.api.get, [reference])
  if (image === undefined) throw new Error(`${reference.given} is gone after it was pulled`)
  return image
}
