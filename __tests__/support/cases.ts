import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { baseImage, docker } from './testbed.ts'

/** A workspace of the test's own with the files of `__tests__/cases/NAME`, whose base Docker has. */
export const copyCase = async (name: string): Promise<string> => {
  const workspace = await mkdtemp(join(tmpdir(), `${name}-`))
  onTestFinished(() => rm(workspace, { recursive: true, force: true }))
  await cp(`__tests__/cases/${name}`, workspace, { recursive: true })
  await docker('tag', baseImage(), 'case-base:1')
  return workspace
}
