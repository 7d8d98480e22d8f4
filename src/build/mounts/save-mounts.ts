import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, renderError } from '../../failure.ts'
import { doAtOnce } from '../../host/at-once.ts'
import { readRegularFile } from '../../host/read-file.ts'
import { saveEntries } from '../../store/save-entries.ts'
import { formatBytes, formatCount, formatDuration } from '../../text/format.ts'
import { runMountStep } from './builder-step.ts'
import { toMountStart } from './choose-mounts.ts'
import { type MountIndex, planEntries, renderIndex } from './mount-index.ts'
import { type MountPorts, type RestoredMount, toFilesFolder } from './restore-mounts.ts'
import {
  bytesOf,
  filesOf,
  mostMountBytes,
  mostTreeBytes,
  parseTree,
  type TreeItem,
} from './tree.ts'

/** So many files are hashed at once. */
const atOnce = 4

const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(piece)
  return hash.digest('hex')
}

/** Gives the files that the step has written their digests as names, and says so in the tree. */
const takeFiles = async (
  items: readonly TreeItem[],
  from: string,
  before: MountIndex,
  ports: MountPorts,
): Promise<readonly TreeItem[]> => {
  const known = new Map(filesOf(before.items).map(({ path, content }) => [path, content]))
  const digests = new Map<string, string>()
  await doAtOnce(filesOf(items), atOnce, async ({ path, content }) => {
    ports.signal.throwIfAborted()
    const unchanged = known.get(path)
    if (content === '-' && unchanged !== undefined) {
      digests.set(path, unchanged)
      return
    }
    if (!/^[1-9]\d{0,5}$/.test(content)) throw new Failure('It has a file without bytes')
    const sha256 = await hashFile(join(from, content))
    await rename(join(from, content), join(toFilesFolder(ports), sha256))
    digests.set(path, sha256)
  })
  return items.map((item) =>
    item.kind === 'file' ? { ...item, content: digests.get(item.path) ?? '' } : item,
  )
}

/** Without times: tools touch what they read. */
const toComparable = (items: readonly TreeItem[]): string =>
  JSON.stringify(items.map((item) => (item.kind === 'file' ? { ...item, time: '' } : item)))

type Limits = { readonly bytes: number }

/** Keeps one mount; says so in a line. */
const saveMount = async (
  { mount, index: before }: RestoredMount,
  from: string,
  { bytes: limit }: Limits,
  ports: MountPorts,
): Promise<number> => {
  const began = performance.now()
  const say = (text: string): void => ports.line(`cache-mounts: ${mount.id}: ${text}.`)
  const { items: listed, others } = parseTree(
    readRegularFile(join(from, 'tree'), mostTreeBytes).toString('utf8'),
  )
  const [word, number] = others[0] ?? []
  const total = word === 'too-large' ? Number(number) : bytesOf(listed)
  if (total > limit) {
    ports.warn(
      `cache-mounts-limit: ${mount.id} has ${formatBytes(total)}, and ${formatBytes(limit)} are left: not kept. Raise the limit, or give the mount another id to begin anew.`,
    )
    return 0
  }
  // A disk that was full, or --no-cache, has taken it.
  if (listed.length === 0 && before.items.length > 0) {
    say('the builder has it no more; what was kept stays')
    return 0
  }
  const items = await takeFiles(listed, from, before, ports)
  if (toComparable(items) === toComparable(before.items)) {
    say('unchanged')
    return total
  }
  const { alone, index, text } = planEntries(items, before, toMountStart(mount))
  const folder = toFilesFolder(ports)
  const order = { ...ports, folder, input: 'cache-mounts' }
  const moved = await saveEntries(alone, order)
  const large = alone.flatMap(({ files }) => files)
  if (moved < large.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) {
    say('not kept, as the Actions cache did not take all of its files')
    return total
  }
  await writeFile(join(folder, index.files[0]?.sha256 ?? ''), text, { mode: 0o600 })
  // It comes last: where it is, all files are.
  const kept = moved + (await saveEntries([index], order))
  const what = `${formatCount(filesOf(items).length, 'file')}, ${formatBytes(total)}`
  const took = formatDuration(performance.now() - began)
  say(kept === moved ? 'not kept' : `${what}; ${formatBytes(kept)} of it new, kept in ${took}`)
  return total
}

/** One mount that cannot be kept says so itself, and takes no part of the limit. */
const trySave: typeof saveMount = async (restored, from, limits, ports) => {
  try {
    return await saveMount(restored, from, limits, ports)
  } catch (error) {
    ports.signal.throwIfAborted()
    ports.warn(`cache-mounts: ${restored.mount.id}: not kept for later runs: ${renderError(error)}`)
    return 0
  }
}

/**
 * Keeps what builds left in cache mounts for later runs, as far as it has changed. Never fails.
 *
 * @param limits for all of them together
 */
export const saveMounts = async (
  restored: readonly RestoredMount[],
  limits: Limits,
  ports: MountPorts,
): Promise<void> => {
  if (restored.length === 0) return
  const limit = Math.min(limits.bytes, mostMountBytes)
  try {
    const out = await runMountStep({
      ...{ ...ports, folder: join(ports.folder, 'keep'), files: undefined },
      mounts: restored.map(({ mount }) => mount),
      trees: restored.map(({ index }) => renderIndex(index)),
      args: ['save', `${limit}`, ...restored.map(({ time }) => `${time}`)],
    })
    let left = limits.bytes
    for (const [at, each] of restored.entries())
      left -= await trySave(each, join(out, `${at}`), { bytes: left }, ports)
  } catch (error) {
    ports.signal.throwIfAborted()
    ports.warn(`cache-mounts: not kept for later runs: ${renderError(error)}`)
  }
}
