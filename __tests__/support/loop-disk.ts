import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const path = `${process.env['PATH']}:/usr/sbin:/sbin`

const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', env: { ...process.env, PATH: path } }).trim()

/** Sparse: it takes what is written to it. XFS makes none smaller. */
const size = '400M'

/** A device with an empty XFS that has reflinks, in a file. */
export const makeXfs = () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-disk-'))
  const file = join(folder, 'disk')
  run('truncate', '--size', size, file)
  run('mkfs.xfs', '-q', '-m', 'reflink=1', file)
  const device = run('losetup', '--find', '--show', file)
  const remove = (): void => {
    run('losetup', '--detach', device)
    rmSync(folder, { recursive: true })
  }
  return { device, remove }
}

/** A folder with another filesystem in it. */
const mountAt = (...options: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-mount-'))
  const inner = join(folder, 'inner')
  mkdirSync(inner)
  run('mount', ...options, inner)
  const remove = (): void => {
    run('umount', inner)
    rmSync(folder, { recursive: true })
  }
  return { folder: inner, remove }
}

export const mountXfs = () => {
  const { device, remove } = makeXfs()
  const mounted = mountAt(device)
  return {
    folder: mounted.folder,
    remove: (): void => {
      mounted.remove()
      remove()
    },
  }
}

export const mountSmall = (kilobytes: number) =>
  mountAt('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs')

/** Which blocks a file has, and which of them others have, too. */
export const extentsOf = (file: string): string => run('filefrag', '-v', file)
