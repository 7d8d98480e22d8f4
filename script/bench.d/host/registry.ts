import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProgram } from './find-program.ts'
import { registryLabel } from './leftovers.ts'
import type { Session } from './session.ts'

export const registryProgram = 'docker-registry'

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

/** The nodes know it by its name, port 5000, and the machine by its address. */
export type Registry = Awaited<ReturnType<typeof startRegistry>>

/** Each keeps what it has until it is removed. */
let registries = 0

/** As kind's own guide has it: the host knows it on loopback, and the nodes by its container's name. */
export const startRegistry = async (session: Session) => {
  const file = findProgram(registryProgram) ?? ''
  registries += 1
  const name = `slipway-bench-registry-${session.id}-${registries}`
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
    `--volume=${file}:/${registryProgram}:ro`,
    `--volume=${configFile}:/registry.yml:ro`,
    '--volume=/var/lib/registry',
    `--entrypoint=/${registryProgram}`,
    process.env['SLIPWAY_NODE_IMAGE'] ?? '',
    'serve',
    '/registry.yml',
  ])
  const [address = ''] = (await session.docker(['port', name, '5000'])).trim().split('\n')
  await untilItAnswers(address, session.signal)
  return { name, address }
}
