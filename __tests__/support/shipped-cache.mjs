import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Has a client of the Actions cache take `@actions/cache` out of the bundle that ships: read out of hundreds of
 * files, it takes three times as long to start, and tests start many.
 */
const vendor = join(import.meta.dirname, '../../dist/vendor')
const shipped = pathToFileURL(join(vendor, 'actions-cache.js')).href
registerHooks({
  resolve: (name, context, next) => next(name === '@actions/cache' ? shipped : name, context),
})
