/** Bundles src/ into dist/, the same bytes from the same sources: `npm run build`. */
import { cpSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

/** No step asks for an OIDC token, and that client's HTTP library would be half of every start. */
const withoutOidc: Plugin = {
  name: 'without-oidc',
  load: (id) =>
    id.endsWith('/@actions/core/lib/oidc-utils.js') ? 'export class OidcClient {}' : null,
}

const bundle = await rolldown({
  input: {
    main: 'src/main.ts',
    post: 'src/post.ts',
    watchdog: 'src/watchdog.ts',
    recorder: 'src/recorder.ts',
  },
  platform: 'node',
  // The oldest that starts us (src/node-version.ts); it knows no `await using` yet.
  transform: { target: 'node22' },
  plugins: [withoutOidc],
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
// What runs in containers stays the readable file that it is.
const scripts = [
  'load/helper',
  'cluster/in-node',
  'diagnose/nodes/in-node',
  'diagnose/cluster/kubectl',
]
for (const folder of scripts) {
  cpSync(`src/${folder}`, `dist/${basename(folder)}`, { recursive: true })
}
