import { registerHooks } from 'node:module'

/**
 * Has a client of the Actions cache take `@actions/cache` out of the bundle that ships: read out of hundreds of
 * files, it takes three times as long to start, and tests start many.
 */
const shipped = new URL('../../dist/vendor/actions-cache.js', import.meta.url).href
registerHooks({
  resolve: (name, context, next) => next(name === '@actions/cache' ? shipped : name, context),
})
