import { AsyncLocalStorage } from 'node:async_hooks'
import { chmodSync, writeFileSync, writeSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { renderError } from './failure.ts'
import { createGate } from './host/at-once.ts'
import { countBuffersAsHeap } from './host/large-buffers.ts'
import { makeOwnFolder } from './host/own-folder.ts'
import type { CacheAnswer, CacheQuestion } from './store/ask-cache.ts'
import { toLine } from './text/to-line.ts'

/**
 * Asks the Actions cache beside main, which hears what the library prints, and ends this process when it takes
 * too long. A question is a line; the line of its answers goes to descriptor 3, a new entry's file into the step's
 * own folder.
 */
const inherited = { ...process.env }

/** The question that is at work: those that fetch are at work side by side. */
const questions = new AsyncLocalStorage<CacheQuestion>()
const getPlace = (): string => {
  const { folder } = questions.getStore() ?? {}
  if (folder !== undefined) return folder
  throw new Error('whoever asks for a folder works for no question')
}

/** The service refuses whoever asks too much at once, which the library takes for a key that is not there. */
const gate = createGate(8)

/** The environment as the library shall find it, whichever question it works for. */
const setEnv = (variables: CacheQuestion['variables']): void => {
  // It finds the token by its name; tar, which it starts, inherits only what can be listed.
  const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }])
  const listed = {
    ...inherited,
    get PATH() {
      const usual = inherited['PATH'] ?? ''
      const isFetching = questions.getStore()?.kind === 'fetch'
      return isFetching ? `${join(getPlace(), 'programs')}${delimiter}${usual}` : usual
    },
    get RUNNER_TEMP() {
      return getPlace()
    },
    // A relative path is the same on every runner, as the service wants it, and no other step's file.
    get GITHUB_WORKSPACE() {
      return getPlace()
    },
  }
  process.env = Object.defineProperties(listed, Object.fromEntries(unlisted))
}

/**
 * The library has tar unpack what comes with all its paths, whoever has packed it. This one, which it finds
 * first, only gives the archive a name. Where the runner's debug log is on, the library has it list the archive
 * before.
 */
const handOver = (folder: string): void => {
  const programs = join(folder, 'programs')
  // Another client may have begun with the same question, and died. Without its folder, whoever asked is gone.
  makeOwnFolder(programs)
  const tar = join(programs, 'tar')
  const lines = [
    '#!/bin/sh',
    '[ "$1" = -tf ] && exit',
    '[ "$1" = -xf ] && exec ln -f -- "$2" "$GITHUB_WORKSPACE/archive"',
    'exit 1',
  ]
  writeFileSync(tar, `${lines.join('\n')}\n`, { mode: 0o700 })
  chmodSync(tar, 0o700)
}

const ask = async ({
  variables,
  folder,
  path,
  keys,
  kind,
}: CacheQuestion): Promise<readonly (string | undefined)[]> => {
  setEnv(variables)
  // What is kept is looked for from there; whoever keeps something is asked nothing else meanwhile.
  process.chdir(kind === 'save' || kind === 'note' ? folder : '/')
  if (kind === 'note') writeFileSync(path, `${keys.join('\n')}\n`, { flag: 'wx', mode: 0o600 })
  const { restoreCache, saveCache } = await import('@actions/cache')
  countBuffersAsHeap()
  const make = (key: string): Promise<string | undefined> => saveCache([path], key).then(() => key)
  const [first = '', ...others] = keys
  const look = (key: string) => gate(() => restoreCache([path], key, [key], { lookupOnly: true }))
  if (kind === 'look') return Promise.all(keys.map(look))
  if (kind === 'note') return Promise.all(keys.map(make))
  // What the service refuses has no number.
  if (kind === 'save') return [(await saveCache([path], first)) > 0 ? first : undefined]
  handOver(folder)
  return [await gate(() => restoreCache([path], first, others))]
}

const answer = async (question: CacheQuestion): Promise<void> => {
  const { id } = question
  const line: CacheAnswer = await questions
    .run(question, () => ask(question))
    .then(
      (keys) => ({ id, keys: keys.map((key) => key ?? null) }),
      // Others are at work beside it.
      (error: unknown) => ({ id, keys: [], error: toLine(renderError(error), 500) }),
    )
  writeSync(3, `${JSON.stringify(line)}\n`)
}

for await (const line of createInterface({ input: process.stdin }))
  void answer(JSON.parse(line) as CacheQuestion)
// Whoever asked wants no more, or was killed: what was on its way would come into folders that are to go.
process.exit()
