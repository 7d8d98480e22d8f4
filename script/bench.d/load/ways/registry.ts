import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '../../host/engine.ts'
import { findProgram } from '../../host/find-program.ts'
import { registryLabel } from '../../host/leftovers.ts'
import { imageName } from '../../image/names.ts'
import type { Trial, Way } from '../way.ts'

const program = 'docker-registry'

const config = `
version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
`

const untilItAnswers = async (address: string, signal: AbortSignal): Promise<void> => {
  for (const deadline = performance.now() + 30_000; ; ) {
    const answer = await fetch(`http://${address}/v2/`, { signal }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > deadline) throw new Error('the registry does not answer')
    await sleep(50, undefined, { signal })
  }
}

/** As kind's own guide has it: the host knows it on loopback, and the nodes by its container's name. */
const startRegistry = async ({ session }: Trial, file: string) => {
  const name = `slipway-bench-registry-${session.id}`
  const options = { signal: AbortSignal.timeout(120_000) }
  const remove = ['rm', '--force', '--volumes', name]
  session.defer(name, () => session.docker(remove, options))
  const configFile = join(session.tempDir, 'registry.yml')
  writeFileSync(configFile, config)
  await session.docker([
    'run',
    '--detach',
    '--pull=never',
    `--name=${name}`,
    `--label=${registryLabel}=${session.id}`,
    '--network=kind',
    '--publish=127.0.0.1::5000',
    `--volume=${file}:/${program}:ro`,
    `--volume=${configFile}:/registry.yml:ro`,
    '--volume=/var/lib/registry',
    `--entrypoint=/${program}`,
    process.env['SLIPWAY_NODE_IMAGE'] ?? '',
    'serve',
    '/registry.yml',
  ])
  const [address = ''] = (await session.docker(['port', name, '5000'])).trim().split('\n')
  await untilItAnswers(address, session.signal)
  return { name, address }
}

/** The same image by the names that it has in the registry. */
const prepare = async (trial: Trial): Promise<Trial> => {
  const { session, image } = trial
  const { name, address } = await startRegistry(trial, findProgram(program) ?? '')
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
    return findProgram(program) === undefined ? `there is no ${program} on the PATH` : undefined
  },
  prepare,
  load: async ({ session, image, nodes }) => {
    await session.docker(['push', '--quiet', image.ref])
    const pull = ['ctr', '--namespace=k8s.io', 'images', 'pull', '--plain-http', image.canonical]
    await Promise.all(nodes.names.map((node) => session.docker(['exec', node, ...pull])))
    return {}
  },
}
