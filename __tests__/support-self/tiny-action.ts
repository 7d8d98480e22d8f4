import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { runAction } from '../support/runner/run-action.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'

const cleanUps: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/** Writes a throwaway action and runs it; folder and run go when the test ends. */
export async function runTiny(
  main: string,
  options: Partial<RunOptions> & { readonly post?: string; readonly manifest?: string } = {},
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-action-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  const { post, manifest = '', ...runOptions } = options
  const postLine = post === undefined ? '' : '\n  post: post.mjs'
  const runs = `runs:\n  using: node24\n  main: main.mjs${postLine}\n`
  const helpers = "import fs from 'node:fs'\nconst { env } = process\n"
  await writeFile(join(folder, 'action.yml'), `name: Tiny\n${manifest}\n${runs}`)
  await writeFile(join(folder, 'main.mjs'), helpers + main)
  await writeFile(join(folder, 'post.mjs'), helpers + (post ?? ''))
  const run = await runAction({ actionDir: folder, ...runOptions })
  cleanUps.push(run.dispose)
  return run
}
