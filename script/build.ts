/**
 * Bundles src/, the same bytes from the same sources: the action into dist/ by `npm run build`, the command line
 * with its package by `npm run pack` into cli/, or into the folder behind `--cli`.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
import { isOwn, toName, toSharedName, vendors } from './build.d/chunks.ts'

/** No step asks for an OIDC token, and that client's HTTP library would be half of every start. */
const withoutOidc: Plugin = {
  name: 'without-oidc',
  load: (id) =>
    id.endsWith('/@actions/core/lib/oidc-utils.js') ? 'export class OidcClient {}' : null,
}

/**
 * An import of a builtin module reads all that it exports, also what Node loads only when it is
 * read: `node:http` brings a whole WebSocket client, 40 ms of every start.
 */
const builtinsByCall: Plugin = {
  name: 'builtins-by-call',
  renderChunk: (code) =>
    code.replaceAll(/^import (.+) from "(.+)";$/gm, (statement, what: string, from: string) => {
      if (!isBuiltin(from)) return statement
      const [, whole, names] = /^(?:\* as )?([\w$]+)?(?:, )?(?:\{(.+)\})?$/.exec(what) ?? []
      return [whole, names && `{${names.replaceAll(' as ', ': ')}}`]
        .filter((pattern) => pattern !== undefined)
        .map((pattern) => `const ${pattern} = process.getBuiltinModule("${from}");`)
        .join(' ')
    }),
}

const entriesOf = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]))

/** What runs in containers stays the readable file that it is. */
const scripts = [
  'load/helper',
  'files/files-helper',
  'files/in-node',
  'pull/in-node',
  'build/mounts/in-builder',
  'image/contents/reader',
  'image/in-node',
  'cluster/in-node',
  'cluster/providers/in-node',
  'cluster/providers/on-path',
  'diagnose/nodes/in-node',
  'doctor/in-node',
  'diagnose/cluster/kubectl',
]

const write = async (dir: string, input: Record<string, string>): Promise<void> => {
  const bundle = await rolldown({
    input,
    platform: 'node',
    // The oldest that starts us (src/node-version.ts); it knows no `await using` yet.
    transform: { target: 'node22' },
    preserveEntrySignatures: 'allow-extension',
    plugins: [withoutOidc, builtinsByCall],
    // Its `context` is wanted at every start, its client where a token is minted.
    treeshake: {
      moduleSideEffects: [{ test: /\/@actions\/github\//, sideEffects: false }],
    },
    checks: { circularDependency: true },
  })
  rmSync(dir, { recursive: true, force: true })
  await bundle.write({
    dir,
    format: 'esm',
    entryFileNames: '[name].js',
    // Without a hash: a change of one file shows as a change of that file.
    chunkFileNames: ({ name, facadeModuleId: id }) => `${id && isOwn(id) ? toName(id) : name}.js`,
    codeSplitting: {
      groups: [
        ...vendors,
        // A module that more load than this one goes into a chunk of theirs, never along with it.
        {
          name: toSharedName,
          debugName: 'shared',
          test: isOwn,
          includeDependenciesRecursively: false,
        },
      ],
    },
    minify: false,
    minifyInternalExports: false,
  })
  for (const folder of scripts) {
    cpSync(`src/${folder}`, `${dir}/${basename(folder)}`, { recursive: true })
  }
}

/** The bundle has all that it needs, so the package depends on nothing. */
const writePackage = (dir: string): void => {
  const { name, version, license, description } = JSON.parse(readFileSync('package.json', 'utf8'))
  const about = { name, version, license, description, type: 'module' }
  const manifest = {
    ...about,
    bin: 'dist/cli.js',
    files: ['dist'],
    engines: { node: '>=22' },
  }
  writeFileSync(`${dir}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  cpSync('LICENSE', `${dir}/LICENSE`)
  cpSync('docs/command-line.md', `${dir}/README.md`)
}

const [what, folder = 'cli'] = process.argv.slice(2)
if (what === '--cli') {
  await write(`${folder}/dist`, entriesOf('cli', 'watchdog'))
  writePackage(folder)
} else await write('dist', entriesOf('main', 'post', 'watchdog', 'cache-client', 'recorder'))
