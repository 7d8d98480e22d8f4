import type { Engine } from '../../host/engine.ts'
import { findProgram } from '../../host/find-program.ts'
import { registryProgram, startRegistry } from '../../host/registry.ts'
import { imageName } from '../../image/names.ts'
import type { Trial, Way } from '../way.ts'

/** The same image by the names that it has in the registry. */
const prepare = async (trial: Trial): Promise<Trial> => {
  const { session, image } = trial
  const { name, address } = await startRegistry(session)
  const tag = image.ref.slice(imageName.length)
  const ref = `${address}/${imageName}${tag}`
  await session.docker(['tag', image.ref, ref])
  const options = { signal: AbortSignal.timeout(120_000) }
  session.defer(ref, () => session.docker(['image', 'rm', ref], options))
  return { ...trial, image: { ...image, ref, canonical: `${name}:5000/${imageName}${tag}` } }
}

/** What clusters away from the machine need anyway. */
export const registryWay: Way = {
  name: 'registry',
  title: 'registry on loopback: docker push, ctr images pull',
  fillsNodes: true,
  isImpossible: ({ isLocal }: Engine) => {
    if (!isLocal) return 'the daemon is not on this machine'
    return findProgram(registryProgram) === undefined
      ? `there is no ${registryProgram} on the PATH`
      : undefined
  },
  prepare,
  load: async ({ session, image, nodes }) => {
    await session.docker(['push', '--quiet', image.ref])
    const pull = ['ctr', '--namespace=k8s.io', 'images', 'pull', '--plain-http', image.canonical]
    await Promise.all(nodes.names.map((node) => session.docker(['exec', node, ...pull])))
    return {}
  },
}
