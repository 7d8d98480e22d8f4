import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** TLS before a BuildKit, which takes only those that it has given a certificate. */
export type TlsProxy = {
  readonly endpoint: string
  /** Paths of PEM files: who signs, another who signed nothing here, and what a client needs. */
  readonly files: { readonly [K in 'ca' | 'otherCa' | 'cert' | 'key']: string }
  readonly texts: { readonly [K in 'ca' | 'cert' | 'key']: string }
  readonly stop: () => Promise<void>
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** @param target such as `tcp://127.0.0.1:1234` */
export const startTlsProxy = async (target: string): Promise<TlsProxy> => {
  const folder = await mkdtemp(join(tmpdir(), 'tls-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder })
  for (const ca of ['ca', 'other'])
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-subj',
      `/CN=${ca}`,
      '-days',
      '1',
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.pem`,
    )
  await writeFile(at('names'), 'subjectAltName=DNS:buildkit.test')
  for (const name of ['server', 'client']) {
    await openssl(
      'req',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    )
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '1', '-extfile', 'names']
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`)
  }
  const { hostname, port } = new URL(target)
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'server.pem', 'server.key'].map((name) => readFile(at(name))),
  )
  const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true }
  const server = createServer({ ...options, ALPNProtocols: ['h2'] }, (client) => {
    const upstream = connect(Number(port), hostname)
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const files = {
    ca: at('ca.pem'),
    otherCa: at('other.pem'),
    cert: at('client.pem'),
    key: at('client.key'),
  }
  const [caText = '', certText = '', keyText = ''] = await Promise.all(
    [files.ca, files.cert, files.key].map((file) => readFile(file, 'utf8')),
  )
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    texts: { ca: caText, cert: certText, key: keyText },
    stop: async () => {
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
