import { createHash } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { CacheService } from '../../../__tests__/support/cache-service.ts'
import { toPointer } from '../../../__tests__/support/lfs-checkout.ts'
import { saveFiles } from '../../../src/files/kept/save-files.ts'
import { createEntryCache } from '../../../src/store/entry-cache.ts'
import type { Session } from '../host/session.ts'
import { folderName, target } from './run-step.ts'

const repository = 'acme/app'
const line = `lfs:${folderName}:${target}`

/** Of a step that finds all files in the Actions cache: no server of Git LFS answers there. */
export const keptInputs = {
  ...{ 'node-files': line, 'node-files-cache': 'true' },
  'github-api-url': 'http://127.0.0.1:9/api/v3',
}

export const toKeptVariables = ({ resultsUrl, token }: CacheService) => ({
  ACTIONS_RESULTS_URL: resultsUrl,
  ACTIONS_RUNTIME_TOKEN: token,
  ACTIONS_CACHE_SERVICE_V2: 'true',
  GITHUB_REPOSITORY: repository,
})

/**
 * Puts files into the cache as a step leaves them there that has fetched them from Git LFS.
 *
 * @param workspace gets their pointers
 */
export const keepTree = async (
  tree: string,
  workspace: string,
  service: CacheService,
  { tempDir, signal }: Session,
): Promise<void> => {
  service.entries.splice(0)
  const folder = join(tempDir, 'kept')
  rmSync(folder, { recursive: true, force: true })
  rmSync(join(workspace, folderName), { recursive: true, force: true })
  mkdirSync(folder)
  const paths = readdirSync(tree, { recursive: true, encoding: 'utf8' })
  const files = paths.flatMap((path) => {
    const from = join(tree, path)
    if (!statSync(from).isFile()) return []
    const content = readFileSync(from)
    const sha256 = createHash('sha256').update(content).digest('hex')
    linkSync(from, join(folder, sha256))
    const pointer = join(workspace, folderName, path)
    mkdirSync(dirname(pointer), { recursive: true })
    writeFileSync(pointer, toPointer(sha256, content.length))
    return [{ sha256, sizeBytes: content.length }]
  })
  const env = { PATH: process.env['PATH'] ?? '', HOME: tempDir }
  const variables = toKeptVariables(service)
  const cache = createEntryCache({ env, variables, mask: () => {}, debug: () => {}, signal })
  const warn = (text: string): never => {
    throw new Error(text)
  }
  const scope = [repository, line].join('\n')
  const order = { cache, folder, input: 'node-files-cache', warn, signal }
  await saveFiles(files, { ...order, scope, restored: new Set() })
  rmSync(folder, { recursive: true })
}
