/** What a test's clients of the Actions cache inherit. */
export const cacheClientEnv = (home: string): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  NODE_OPTIONS: `--import=${new URL('./shipped-cache.mjs', import.meta.url).href}`,
})
