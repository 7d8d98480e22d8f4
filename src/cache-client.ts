import { writeFileSync, writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { CacheQuestion } from './memory/cache-client.ts'

/**
 * Asks the Actions cache one question beside main, which hears what the library prints, and ends this
 * process when it takes too long. The answer goes to descriptor 3, a new entry's file into the step's own
 * folder, which RUNNER_TEMP names here.
 */
const { variables, path, keys, isNew } = JSON.parse(await text(process.stdin)) as CacheQuestion
// The library finds the token by its name; tar, which it starts, inherits only what can be listed.
const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }])
process.env = Object.defineProperties({ ...process.env }, Object.fromEntries(unlisted))
// A relative path is the same on every runner, as the service wants it, and no other step's file.
const folder = process.env['RUNNER_TEMP'] ?? ''
process.chdir(folder)
process.env['GITHUB_WORKSPACE'] = folder
if (isNew) writeFileSync(path, `${keys.join('\n')}\n`, { flag: 'wx', mode: 0o600 })
const { restoreCache, saveCache } = await import('@actions/cache')
const ask = async (key: string): Promise<string | undefined> =>
  isNew
    ? saveCache([path], key).then(() => key)
    : restoreCache([path], key, [key], { lookupOnly: true })
const found = await Promise.all(keys.map(ask))
writeSync(3, JSON.stringify(found.map((key) => key ?? null)))
process.exit()
