import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect } from 'vitest'
import { toDigest, toHex } from '../../../src/image/digest.ts'
import { unpackScript } from '../../../src/load/helper.ts'
import { file, writeTar } from '../../support/hostile/tar.ts'
import { rootTest } from '../../support/root.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'slipway-unpack-'))
  for (const name of ['volume', 'layers']) mkdirSync(join(place, name))
})
afterEach(() => rmSync(place, { recursive: true }))

const chain = 'c'.repeat(64)
const tar = writeTar([file('right')])
const diffId = toDigest(tar)

/** Runs the script, whose two folders are elsewhere, for one layer; returns what it answers. */
const unpack = async (content: Buffer, ...proof: readonly string[]): Promise<string> => {
  writeFileSync(join(place, 'layers', toHex(diffId)), content)
  const script = unpackScript()
    .replaceAll('/slipway-layers', join(place, 'layers'))
    .replace('staging=/slipway\n', `staging=${join(place, 'volume')}\n`)
  const helper = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  // Whoever has failed may be gone before it hears of the end.
  helper.stdin.on('error', () => {})
  const words = ['layer', chain, '0', diffId, `./${toHex(diffId)}`, ...proof]
  helper.stdin.write(`${words.join('\t')}\n`)
  const answer = await new Promise<string>((resolve) =>
    helper.stdout.once('data', (piece: Buffer) => resolve(`${piece}`)),
  )
  helper.stdin.end('end\n')
  await text(helper.stdout)
  return answer
}

const isThere = (name: string): boolean => existsSync(join(place, 'volume', chain, 'to/0', name))

rootTest('a layer is unpacked whose digest is right', async () => {
  expect(await unpack(tar)).toBe(`done\tlayer\t${chain}\n`)
  expect(isThere('right')).toBe(true)
})

rootTest('a layer that is another one than its name says is not done', async () => {
  const other = writeTar([file('other')])
  expect(await unpack(other)).toBe(
    `failed\tlayer\t${chain}\twhat came as the layer ${diffId} has the digest ${toDigest(other)}\n`,
  )
})

rootTest('what was compared when it was written is not read for it once more', async () => {
  expect(await unpack(writeTar([file('other')]), 'proven')).toBe(`done\tlayer\t${chain}\n`)
  expect(isThere('other')).toBe(true)
})

rootTest('no other word stands for that', async () => {
  expect(await unpack(writeTar([file('other')]), 'yes')).toMatch(/^failed/)
})
