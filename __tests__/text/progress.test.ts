import { expect, test } from 'vitest'
import { renderProgress } from '../../src/text/progress.ts'

test.each([
  ['nothing has come yet', 0, 2e9, 5_000, '0 B of 2.0 GB'],
  ['a header has come', 512, 2e9, 5_000, '512 B of 2.0 GB, 102 B/s'],
  ['too little to tell the rest by', 19e6, 2e9, 5_000, '19 MB of 2.0 GB, 3.8 MB/s'],
  ['it can be told', 20e6, 2e9, 5_000, '20 MB of 2.0 GB, 4.0 MB/s, 8 min 15 s left'],
  ['most has come', 1.9e9, 2e9, 60_000, '1.9 GB of 2.0 GB, 32 MB/s, 3.2 s left'],
  ['it would take days', 1e9, 1e11, 36e6, '1.0 GB of 100 GB, 28 kB/s'],
  ['more came than was expected', 2.1e9, 2e9, 60_000, '2.1 GB of 2.0 GB, 35 MB/s'],
  ['the size is not known', 5e6, 0, 5_000, '5.0 MB of 0 B, 1.0 MB/s'],
  ['no time has passed', 5e6, 2e9, 0, '5.0 MB of 2.0 GB'],
])('%s', (_, doneBytes, totalBytes, elapsedMs, line) => {
  expect(renderProgress(doneBytes, totalBytes, elapsedMs)).toBe(line)
})
