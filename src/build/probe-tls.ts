import { isIP } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import { attempt, Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { BuilderNode } from '../inputs/builder-request.ts'
import { parseOptions } from '../inputs/driver-opts.ts'
import { toLine } from '../text/to-line.ts'

const isUntrusted =
  /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/
const isRefusal = /ALERT_(?:CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_EXPIRED)/

/** What is certain to be wrong, with what to do; undefined for all that buildx may do otherwise than we. */
const explain = ({ code = '', message }: NodeJS.ErrnoException): [string, string] | undefined => {
  if (isUntrusted.test(code))
    return ['cacert did not sign its certificate', 'Give cacert the certificate of who did.']
  if (code === 'CERT_HAS_EXPIRED') return ['its certificate has expired', 'Make a new one.']
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      `its certificate is for another name: ${message}`,
      'Set servername to one of its names.',
    ]
  if (isRefusal.test(code))
    return [
      `it refuses our certificate: ${message}`,
      'Give cert and key that who it trusts has signed.',
    ]
  return undefined
}

/** With TLS 1.3, who listens refuses a certificate when we take all to be well. */
const secondThoughtsMs = 1_000

const probe = (options: ConnectionOptions): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const socket = connect(options)
    const end = (error?: NodeJS.ErrnoException): void => {
      socket.destroy()
      resolve(error)
    }
    socket.on('error', end)
    socket.once('close', () => end())
    socket.once('secureConnect', () => socket.setTimeout(secondThoughtsMs, end))
    socket.setTimeout(10_000, end)
    socket.resume()
  })

/**
 * Tries TLS as buildx is about to do: it dials again and again, and says `context deadline exceeded` of whatever
 * is wrong.
 *
 * @throws {Failure} with what is certainly wrong
 */
export const probeTls = async ({ endpoint = '', options }: BuilderNode): Promise<void> => {
  const given = Object.fromEntries(parseOptions(options))
  const url = attempt(() => new URL(endpoint))
  if (url?.protocol !== 'tcp:' || given['cacert'] === undefined) return
  const { hostname, port } = url
  const host = hostname.replace(/^\[|\]$/g, '')
  const read = (name: string, option = name) => {
    const content = attempt(() => readRegularFile(given[option] ?? ''))
    return content === undefined ? {} : { [name]: content }
  }
  const error = await probe({
    ...{ host, port: Number(port), ALPNProtocols: ['h2'] },
    // As Go has it: whatever cacert holds is trusted.
    allowPartialTrustChain: true,
    ...read('ca', 'cacert'),
    ...read('cert'),
    ...read('key'),
    servername: given['servername'] ?? (isIP(host) === 0 ? host : ''),
  }).catch(() => undefined)
  const [why, remedy] = (error && explain(error)) ?? []
  if (why === undefined || remedy === undefined) return
  throw new Failure(`The remote builder ${endpoint} cannot be used: ${toLine(why)}`, { remedy })
}
