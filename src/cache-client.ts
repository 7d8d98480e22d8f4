import { chmodSync, mkdirSync, writeFileSync, writeSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGate } from './host/at-once.ts'
import { countBuffersAsHeap } from './host/large-buffers.ts'
import type { CacheQuestion } from './store/ask-cache.ts'

/**
 * Asks the Actions cache beside main, which hears what the library prints, and ends this process when it takes
 * too long. A question is a line; the line of answers goes to descriptor 3, a new entry's file into the step's
 * own folder.
 */
const inherited = { ...process.env }

/** The service refuses whoever asks too much at once, which the library takes for a key that is not there. */
const gate = createGate(8)

/**
 * The library has tar unpack what comes with all its paths, whoever has packed it. This one, which it finds
 * first, only gives the archive a name. Where the runner's debug log is on, the library has it list the archive
 * before.
 */
const handOver = (folder: string): void => {
  const programs = join(folder, 'programs')
  mkdirSync(programs, { mode: 0o700 })
  const tar = join(programs, 'tar')
  writeFileSync(
    tar,
    '#!/bin/sh\n[ "$1" = -tf ] && exit\n[ "$1" = -xf ] && exec ln -- "$2" archive\nexit 1\n',
    {
      mode: 0o700,
    },
  )
  chmodSync(tar, 0o700)
  process.env['PATH'] = `${programs}${delimiter}${process.env['PATH'] ?? ''}`
}

const ask = async ({
  variables,
  folder,
  path,
  keys,
  kind,
}: CacheQuestion): Promise<readonly (string | undefined)[]> => {
  // The library finds the token by its name; tar, which it starts, inherits only what can be listed.
  const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }])
  // A relative path is the same on every runner, as the service wants it, and no other step's file.
  const listed = { ...inherited, RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder }
  process.env = Object.defineProperties(listed, Object.fromEntries(unlisted))
  process.chdir(folder)
  if (kind === 'note') writeFileSync(path, `${keys.join('\n')}\n`, { flag: 'wx', mode: 0o600 })
  const { restoreCache, saveCache } = await import('@actions/cache')
  countBuffersAsHeap()
  const make = (key: string): Promise<string | undefined> => saveCache([path], key).then(() => key)
  const [first = '', ...others] = keys
  if (kind === 'look')
    return Promise.all(
      keys.map((key) => gate(() => restoreCache([path], key, [key], { lookupOnly: true }))),
    )
  if (kind === 'note') return Promise.all(keys.map(make))
  // What the service refuses has no number.
  if (kind === 'save') return [(await saveCache([path], first)) > 0 ? first : undefined]
  handOver(folder)
  return [await restoreCache([path], first, others)]
}

for await (const line of createInterface({ input: process.stdin })) {
  const answers = await ask(JSON.parse(line) as CacheQuestion)
  writeSync(3, `${JSON.stringify(answers.map((key) => key ?? null))}\n`)
}
process.exit()
