import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackPackages } from '../debian.ts'
import { type Entry, file, writeTar } from './tar.ts'

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const findBusybox = async (folder: string): Promise<Buffer> => {
  for (const place of ['bin', 'usr/bin'])
    try {
      return await readFile(join(folder, place, 'busybox'))
    } catch {}
  throw new Error('the package has no busybox')
}

/** A layer with nothing but a program that can wait. */
export const makeWaiter = async (): Promise<readonly Entry[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-busybox-'))
  try {
    await unpackPackages(folder, 'busybox-static')
    const content = (await findBusybox(folder)).toString('latin1')
    return [file('busybox', content, { mode: 0o755 })]
  } finally {
    await rm(folder, { recursive: true })
  }
}

const archive = (tag: string, layers: readonly (readonly Entry[])[]): Buffer => {
  const tars = layers.map(writeTar)
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['/busybox', 'sleep', '600'] },
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${digestOf(tar)}`) },
  })
  const Layers = tars.map((_, i) => `layer${i}.tar`)
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [tag], Layers }])
  return writeTar([
    file('manifest.json', manifest),
    file('config.json', config),
    ...tars.map((tar, i) => file(`layer${i}.tar`, tar.toString('latin1'))),
  ])
}

/** Has Docker load an image of layers that were written by hand; returns what it said. */
export const loadByHand = async (
  tag: string,
  layers: readonly (readonly Entry[])[],
): Promise<string> => {
  const loading = spawn('docker', ['load'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [loading.stdout, loading.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  loading.stdin.on('error', () => {})
  loading.stdin.end(archive(tag, layers))
  const [code] = await once(loading, 'close')
  if (code !== 0) throw new Error(`docker load: ${said}`)
  return said
}
