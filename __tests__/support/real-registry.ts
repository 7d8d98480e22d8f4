import { spawn } from 'node:child_process'
import { accessSync, constants, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sha256 } from './tar.ts'

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const parts = join(process.env['SLIPWAY_TESTBED_DIR'] ?? '/var/lib/slipway-testbed', 'parts')

const folders = [
  ...(process.env['PATH'] ?? '').split(':'),
  ...globSync(`${parts}/*/usr/bin`).toSorted(),
]

/** A program of Debian's, of the machine or the testbed's parts; undefined where there is none. */
export const findProgram = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find(isProgram)

/** Debian's registry. */
export const registryProgram = findProgram('docker-registry')

const toConfig = (folder: string, address: string): string => `
version: 0.1
log: {level: info, formatter: json, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${JSON.stringify(folder)}}}
http: {addr: "${address}:0"}
`

export type RealRegistry = { readonly host: string; readonly stop: () => Promise<void> }

/**
 * Starts Debian's registry, which is open to all who reach its address, by default this machine alone.
 *
 * @param data what it has, which another one may share; without it, it forgets all at its end
 */
export const startRealRegistry = async (
  address = '127.0.0.1',
  data?: string,
): Promise<RealRegistry> => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'))
  const config = join(folder, 'config.yml')
  writeFileSync(config, toConfig(data ?? join(folder, 'data'), address))
  const child = spawn(registryProgram ?? '', ['serve', config], {
    env: { OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const found = Promise.withResolvers<string>()
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    const [, host] = /listening on (\d+(?:\.\d+){3}:\d+)/.exec(line) ?? []
    if (host !== undefined) found.resolve(host)
  })
  child.once('error', found.reject)
  void ended.then(() => found.reject(new Error(`the registry ended: ${lines.slice(-3).join(' ')}`)))
  const host = await found.promise
  return {
    host,
    stop: async () => {
      child.kill()
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

/** Of what does not say it itself, as its author may leave out. */
const toType = ({ manifests }: { readonly manifests?: unknown }): string =>
  `application/vnd.oci.image.${manifests === undefined ? 'manifest' : 'index'}.v1+json`

/** Pushes blobs and then manifests, as every client does: nothing of a manifest may be missing. */
export const pushTo = async (
  host: string,
  repository: string,
  blobs: readonly Buffer[],
  manifests: readonly (readonly [name: string, content: Buffer])[],
): Promise<void> => {
  const check = async (answer: Response, status: number): Promise<Response> => {
    if (answer.status === status) return answer
    throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`)
  }
  for (const blob of blobs) {
    const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    const location = new URL((await check(begun, 202)).headers.get('location') ?? '', begun.url)
    location.searchParams.set('digest', sha256(blob))
    const headers = { 'content-type': 'application/octet-stream' }
    const body = new Uint8Array(blob)
    await check(await fetch(location, { method: 'PUT', headers, body }), 201)
  }
  for (const [name, content] of manifests) {
    const document = JSON.parse(content.toString()) as {
      readonly mediaType?: string
      readonly manifests?: unknown
    }
    const { mediaType = toType(document) } = document
    const options = { headers: { 'content-type': mediaType }, body: new Uint8Array(content) }
    const url = `http://${host}/v2/${repository}/manifests/${name}`
    await check(await fetch(url, { method: 'PUT', ...options }), 201)
  }
}
