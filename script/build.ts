/** Bundles src/ into dist/, the same bytes from the same sources: `npm run build`. */
import { cpSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

const bundle = await rolldown({
  input: { main: 'src/main.ts', post: 'src/post.ts' },
  platform: 'node',
  checks: { circularDependency: true },
})
rmSync('dist', { recursive: true, force: true })
await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  // Without a hash: a change of one file shows as a change of that file.
  chunkFileNames: '[name].js',
  minify: false,
})
// What the helper container runs stays the readable file that it is.
cpSync('src/load/helper', 'dist/helper', { recursive: true })
