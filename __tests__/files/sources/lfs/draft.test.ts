import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { rootTest } from '../../../support/root.ts'

/** Writes twice what a disk holds, as JavaScript. */
const script = `
import { readdirSync } from 'node:fs'
import { openDraft } from '${process.cwd()}/src/files/sources/lfs/draft.ts'
const folder = process.argv[1]
const wanted = { sha256: 'a'.repeat(64), sizeBytes: 2_000_000, path: 'a.bin' }
let bytes = 0
const write = async () => {
  await using draft = await openDraft(folder, wanted, (change) => { bytes += change })
  for (let i = 0; i < 20; i += 1) await draft.write(Buffer.alloc(100_000))
}
const said = await write().then(() => 'nothing', ({ message }) => message)
console.log(JSON.stringify({ said, bytes, left: readdirSync(folder) }))
`

rootTest('a disk that is full is said, and nothing stays on it', () => {
  const mountAndRun =
    'mount -t tmpfs -o size=1m none "$1" && exec "$2" --input-type=module -e "$3" "$1"'
  const args = ['--mount', 'sh', '-c', mountAndRun, 'sh', '/mnt', process.execPath, script]
  const printed = execFileSync('unshare', args, { encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual({
    said: 'The disk of /mnt is full, and a.bin has 2.0 MB',
    bytes: 0,
    left: [],
  })
})
