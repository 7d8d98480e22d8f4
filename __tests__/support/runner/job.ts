import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fillGitHubContext, type Job } from './environment.ts'
import type { RunOptions } from './types.ts'

/** Makes a runner's folders a user's own, as if that user's runner had made them. */
export const giveTo = async (id: number, root: string): Promise<void> => {
  await promisify(execFile)('chown', ['--recursive', `${id}:${id}`, root])
}

/** Makes a runner's folders in the temp folder, in the layout of the real one. */
export async function createJob(options: RunOptions): Promise<Job> {
  const root = await mkdtemp(join(tmpdir(), 'runner-double-'))
  const [, name = 'app'] = (options.github?.repository ?? 'acme/app').split('/')
  const pipelineDir = join(root, '_work', name)
  const github = fillGitHubContext(options.github ?? {}, join(pipelineDir, name))
  const temp = options.temp ?? join(root, '_work', '_temp')
  const toolCache = join(root, '_work', '_tool')
  const eventPath = join(temp, '_github_workflow', 'event.json')
  for (const folder of [join(temp, '_github_workflow'), toolCache, github.workspace]) {
    await mkdir(folder, { recursive: true })
  }
  const event = options.github?.event ?? {}
  await writeFile(eventPath, JSON.stringify(event))
  const trackingId = `github_${randomUUID()}`
  return { root, github, event, eventPath, temp, toolCache, pipelineDir, trackingId, options }
}
