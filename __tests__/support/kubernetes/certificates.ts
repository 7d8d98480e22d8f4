import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** PEM texts of a cluster's own authority and of those that it vouches for. */
export type Certificates = {
  readonly ca: string
  readonly server: { readonly cert: string; readonly key: string }
  /** As kubeadm makes admin.conf's: in the group that may do all. */
  readonly admin: { readonly cert: string; readonly key: string }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

const issue = async (folder: string, name: string, subject: string, extensions: string) => {
  const [key, request, cert] = ['key', 'csr', 'pem'].map((end) => join(folder, `${name}.${end}`))
  if (key === undefined || request === undefined || cert === undefined) throw new Error(name)
  const extensionFile = join(folder, `${name}.ext`)
  await writeFile(extensionFile, extensions)
  await run('openssl', ['req', ...newKey, '-keyout', key, '-out', request, '-subj', subject])
  const authority = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key')]
  const files = ['-in', request, '-out', cert, '-extfile', extensionFile]
  const serial = ['-set_serial', name === 'server' ? '2' : '3']
  await run('openssl', ['x509', '-req', '-days', '2', ...authority, ...serial, ...files])
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
}

/** Makes an authority, a certificate of the API server and one of the admin, in a folder. */
export const makeCertificates = async (folder: string): Promise<Certificates> => {
  const ca = join(folder, 'ca.pem')
  const own = ['-x509', '-days', '2', '-subj', '/CN=kubernetes', '-out', ca]
  await run('openssl', ['req', ...newKey, ...own, '-keyout', join(folder, 'ca.key')])
  const [server, admin] = await Promise.all([
    issue(folder, 'server', '/CN=kube-apiserver', 'subjectAltName=DNS:kubernetes\n'),
    issue(
      folder,
      'admin',
      '/O=kubeadm:cluster-admins/CN=kubernetes-admin',
      'extendedKeyUsage=clientAuth\n',
    ),
  ])
  return { ca: await readFile(ca, 'utf8'), server, admin }
}
