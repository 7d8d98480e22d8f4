import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withMemoryFile } from '../../src/host/memory-file.ts'

const readThreeTimes = 'for i in 1 2 3; do cat /dev/stdin; echo; done'

test('a child can read it from /dev/stdin again and again, each time from the start', async () => {
  const read = await withMemoryFile('s3cret-value', async (fd) =>
    execFileSync('sh', ['-c', readThreeTimes], {
      stdio: [fd, 'pipe', 'inherit'],
      encoding: 'utf8',
    }),
  )
  expect(read).toBe('s3cret-value\ns3cret-value\ns3cret-value\n')
})

test("this is why: Node's own pipe cannot be opened at all", () => {
  const ended = spawnSync('sh', ['-c', 'cat /dev/stdin'], {
    input: 's3cret-value',
    encoding: 'utf8',
  })
  expect(ended.stdout).toBe('')
  expect(ended.stderr).toMatch(/No such device/)
})

test('it has no name, is readable by its owner alone, and is gone afterwards', async () => {
  const target = await withMemoryFile('s3cret-value', async (fd) => {
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('slipway-'))).toEqual([])
    return readlinkSync(`/proc/self/fd/${fd}`)
  })
  expect(target).toMatch(/^\/dev\/shm\/.*\(deleted\)$/)
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  expect(open).not.toContain(target)
  expect(() => readFileSync(target)).toThrow()
})

test('it is gone also when the body throws', async () => {
  let descriptor = -1
  const body = withMemoryFile('x', async (fd) => {
    descriptor = fd
    throw new Error('no')
  })
  await expect(body).rejects.toThrow('no')
  expect(() => readlinkSync(`/proc/self/fd/${descriptor}`)).toThrow()
})
