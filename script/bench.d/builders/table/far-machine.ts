import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuilderLine, startLine } from '../../../../__tests__/support/builder-line.ts'
import { findProgram } from '../../host/find-program.ts'
import { reserveOwnEngine, startOwnEngine } from '../../host/own-engine.ts'
import { registryProgram } from '../../host/registry.ts'
import type { Session } from '../../host/session.ts'
import type { Place } from './configurations.ts'

/** On the loopback of the builder's own network: BuildKit speaks plain HTTP there. */
export const registryAddress = '127.0.0.1:5000'

/** A daemon in a network namespace of its own that has a BuildKit and a registry, and no other user. */
export type FarMachine = {
  /** To its BuildKit: as it is, and with the bandwidth of a far machine. */
  readonly lines: Readonly<Record<Place, BuilderLine>>
  /** The registry is beside the far builder, and behind the far line for one that is here. */
  readonly placeBuilder: (place: Place) => Promise<void>
  /** Bytes between BuildKit and the registry so far, in both directions. */
  readonly registryBytes: () => number
  /** Empties the builder: its cache, and what it has pushed. */
  readonly forget: () => Promise<void>
}

const registryConfig = (folder: string): string => `
version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: ${folder}
http:
  addr: ${registryAddress}
`

const untilItListens =
  'for try in {1..300}; do (: >/dev/tcp/127.0.0.1/5000) 2>/dev/null && exit; sleep 0.1; done; exit 1'

/** proc(5), `net/dev`: of the loopback, what came in is what went out. */
const readLoopbackBytes = (pid: string): number => {
  const devices = readFileSync(`/proc/${pid}/net/dev`, 'utf8')
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)?.[1])
}

const startRegistry = async (session: Session, inside: readonly string[]): Promise<void> => {
  const file = join(session.tempDir, 'far-registry.yml')
  writeFileSync(file, registryConfig(join(session.tempDir, 'far-registry')))
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, session.signal])
  const argv = [...inside, findProgram(registryProgram) ?? registryProgram, 'serve', file]
  const running = session.run('nsenter', argv, { signal }).catch(() => {})
  session.defer('the registry of the far machine', () => {
    ended.abort()
    return running
  })
  await session.run('nsenter', [...inside, 'bash', '-c', untilItListens])
}

/** @param bytesPerSecond of the line between the far machine and this one */
export const startFarMachine = async (
  session: Session,
  bytesPerSecond: number,
): Promise<FarMachine> => {
  await reserveOwnEngine(session, 'system')
  const engine = await startOwnEngine(session, 'system')
  const print = ['-c', 'printf "%s\\n%s" "$DOCKER_HOST" "$DOCKER_CONFIG"']
  const [host = '', config = ''] = (await engine.run('bash', print)).split('\n')
  const socketPath = host.replace(/^unix:\/\//, '')
  const pid = readFileSync(join(dirname(config), 'init.pid'), 'utf8').trim()
  const inside = [`--target=${pid}`, '--net', '--']
  await startRegistry(session, inside)
  const [here, far] = [await startLine(socketPath), await startLine(socketPath, bytesPerSecond)]
  session.defer('the lines to the builder', async () => {
    here.close()
    far.close()
  })
  const shape = (words: readonly string[]): Promise<string> =>
    session.run('nsenter', [...inside, 'tc', 'qdisc', 'replace', 'dev', 'lo', 'root', ...words])
  return {
    lines: { here, far },
    placeBuilder: async (place) => {
      const limit = ['tbf', 'rate', `${bytesPerSecond}bps`, 'burst', '256kb', 'latency', '400ms']
      await shape(place === 'here' ? limit : ['pfifo_fast'])
    },
    registryBytes: () => readLoopbackBytes(pid),
    forget: async () => {
      const format = ['--format', '{{.Repository}}:{{.Tag}}']
      const listed = (await engine.docker(['image', 'ls', ...format])).split('\n')
      const pushed = listed.filter((name) => name.startsWith(`${registryAddress}/`))
      if (pushed.length > 0) await engine.docker(['image', 'rm', '--force', ...pushed])
      await engine.docker(['builder', 'prune', '--all', '--force'])
    },
  }
}
