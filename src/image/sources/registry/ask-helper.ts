import { attempt } from '../../../failure.ts'
import { startPiped } from '../../../host/process-group.ts'
import { Secret } from '../../../secret.ts'
import type { Asker, FoundLogin } from './asker.ts'

/** Those of clouds ask their own services first. */
const patienceMs = 30_000

/** A login is a line. */
const mostBytes = 1_000_000

/** What helpers say of a server that they do not know (docker-credential-helpers' credentials/error.go). */
const notFound = 'credentials not found in native keychain'

/** In place of a user's name where the secret is an identity token. */
const tokenUser = '<token>'

const toLogin = (text: string): FoundLogin | undefined => {
  type Told = { readonly Username?: unknown; readonly Secret?: unknown } | null
  const { Username: user, Secret: secret } = attempt(() => JSON.parse(text) as Told) ?? {}
  if (typeof user !== 'string' || typeof secret !== 'string') return undefined
  if (user === '' || secret === '') return { login: undefined }
  if (user === tokenUser) return { login: { kind: 'identity', secret: new Secret(secret) } }
  const basic = Buffer.from(`${user}:${secret}`).toString('base64')
  return { login: { kind: 'basic', secret: new Secret(`Basic ${basic}`) } }
}

/**
 * Asks a credential helper for a login, as Docker does: `docker-credential-NAME get` reads the server. Nothing
 * of what it prints is shown, as that may be the login.
 *
 * @returns a string where it does not tell, which says why
 */
export const askHelper = async (
  name: string,
  server: string,
  { env, signal }: Asker,
  timeoutMs = patienceMs,
): Promise<FoundLogin | string> => {
  // A path would lead to any program.
  if (!/^\w[\w.-]{0,99}$/.test(name)) return 'The name of its credential helper is none.'
  const file = `docker-credential-${name}`
  const fail = (why: string): string => `The credential helper ${file} ${why}.`
  const { child, ended, end } = startPiped({ file, args: ['get'], env, timeoutMs, signal })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= mostBytes) chunks.push(chunk)
    else end()
  })
  child.stderr.resume()
  child.stdin.end(server)
  const how = await ended.catch(() => undefined)
  signal.throwIfAborted()
  if (how === undefined) return fail('could not be started: it is not on the PATH')
  if (how.timedOut) return fail(`did not answer in ${timeoutMs / 1_000} s`)
  const text = Buffer.concat(chunks).toString('utf8')
  if (how.code === 0) return toLogin(text) ?? fail('answered with no login')
  return text.trim() === notFound
    ? { login: undefined }
    : fail(`failed: ${how.code === null ? 'it was ended' : `exit code ${how.code}`}`)
}
