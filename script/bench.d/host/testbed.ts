import { fileURLToPath } from 'node:url'
import { type Session, withEnv } from './session.ts'

export const testbed = fileURLToPath(new URL('../../testbed', import.meta.url))

/** Another engine of the testbed is brought up; all that the session returned runs is for that one. */
export const useEngine = async (
  session: Session,
  engine: 'overlay2' | 'containerd' | 'ext4' | 'system',
): Promise<Session> => {
  await session.run(testbed, ['--engine', engine, 'up'])
  const script = 'eval "$("$1" --engine "$2" env)"; env --null'
  const printed = await session.run('bash', ['-c', script, 'bash', testbed, engine])
  const pairs = printed.split('\0').flatMap((line) => {
    const equals = line.indexOf('=')
    return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)] as const] : []
  })
  return withEnv(session, Object.fromEntries(pairs))
}
