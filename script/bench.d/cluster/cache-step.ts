import { restoreCache, saveCache } from '@actions/cache'

/** What `actions/cache` does with a path, as a process of its own: `save KEY PATH` or `restore KEY PATH`. */
const [verb, key = '', path = ''] = process.argv.slice(2)
const done = verb === 'save' ? (await saveCache([path], key)) > 0 : await restoreCache([path], key)
process.exit(done ? 0 : 1)
