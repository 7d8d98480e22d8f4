import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeLeftFolders } from '../../src/host/left-folders.ts'

const nowMs = Date.now()
const day = 24 * 60 * 60

test('of what is so old that no job has it, only folders of ours go, and no link is followed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-left-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const make = (name: string, days: number): string => {
    const folder = join(dir, name)
    mkdirSync(join(folder, 'blobs'), { recursive: true })
    writeFileSync(join(folder, 'blobs', 'x'), 'x')
    const seconds = nowMs / 1_000 - days * day
    utimesSync(folder, seconds, seconds)
    return folder
  }
  const id = '0123456789abcdef'
  const gone = [make(`slipway-${id}-images`, 6), make(`slipway-${id}-layers`, 6)]
  const kept = [
    make('slipway-1123456789abcdef-images', 4),
    make('slipway-images', 6),
    make(`slipway-${id}-images-of-mine`, 6),
    make(`slipway-${id}-else`, 6),
  ]
  const link = join(dir, 'slipway-2123456789abcdef-images')
  symlinkSync(join(dir, 'slipway-images'), link)
  lutimesSync(link, 0, 0)
  removeLeftFolders(dir, nowMs)
  expect(gone.filter(existsSync)).toEqual([])
  expect([...kept, link].filter((each) => existsSync(join(each, 'blobs', 'x')))).toEqual([
    ...kept,
    link,
  ])
  removeLeftFolders(join(dir, 'nowhere'), nowMs)
})
