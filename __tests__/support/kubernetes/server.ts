import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type ApiObjects, answerRequest } from './answers.ts'
import { type Certificates, makeCertificates } from './certificates.ts'

/** A running double of a Kubernetes API server that serves recorded pods, events and nodes. */
export type Kubernetes = {
  readonly port: number
  /** admin.conf as kubeadm writes it, for those who reach the server at this host. */
  readonly adminConfig: (host: string) => string
  /** A service account's token that it knows, and its certificates, for who speaks HTTPS himself. */
  readonly token: string
  readonly certificates: Certificates
  /** Paths that were asked for, with who asked. */
  readonly requests: readonly { readonly path: string; readonly user: string | undefined }[]
  /** From now on it takes requests and answers none. */
  readonly hang: () => void
  readonly stop: () => Promise<void>
}

const toAdminConfig = ({ ca, admin }: Certificates, server: string): string => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return `apiVersion: v1
kind: Config
clusters:
- name: kind
  cluster:
    certificate-authority-data: ${base64(ca)}
    server: ${server}
    tls-server-name: kubernetes
contexts:
- name: kubernetes-admin@kind
  context: {cluster: kind, user: kubernetes-admin}
current-context: kubernetes-admin@kind
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64(admin.cert)}
    client-key-data: ${base64(admin.key)}
`
}

/** By a client's certificate or a bearer token, as the API server knows its users. */
const findUser = (request: IncomingMessage, token: string): string | undefined => {
  const socket = request.socket as TLSSocket
  if (socket.authorized) return String(socket.getPeerCertificate().subject.CN)
  const shown = request.headers.authorization
  if (shown === undefined) return undefined
  return shown === `Bearer ${token}` ? 'system:serviceaccount:default:default' : 'invalid'
}

/** Starts the double on all addresses, so that nodes reach it at their network's gateway. */
export const startKubernetes = async (objects: ApiObjects): Promise<Kubernetes> => {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-double-'))
  const certificates = await makeCertificates(folder)
  await rm(folder, { recursive: true })
  const { ca, server: own } = certificates
  const token = randomBytes(16).toString('hex')
  const requests: { path: string; user: string | undefined }[] = []
  let hangs = false
  const options = { ...own, ca, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, (request, response) => {
    const { method = 'GET', url = '/' } = request
    const user = findUser(request, token)
    requests.push({ path: url, user })
    if (hangs) return
    const { status, body } = answerRequest(objects, { method, url, user })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    adminConfig: (host) => toAdminConfig(certificates, `https://${host}:${port}`),
    token,
    certificates,
    requests,
    hang: () => {
      hangs = true
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
