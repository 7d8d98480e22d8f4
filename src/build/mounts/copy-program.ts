import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../failure.ts'
import type { Env } from '../../host/command.ts'
import { runCaptured } from '../../host/process.ts'

const perl = '/usr/bin/perl'

/** Where the folder is in the builder's step. */
export const programFolder = '/t'

const script = 'mounts.pl'

/**
 * Copies this machine's Perl with the libraries that it loads, and the program, into a folder: a step that has
 * them needs no image, and nothing of the Dockerfile's.
 *
 * @returns how it is started there
 */
export const copyProgram = async (
  folder: string,
  env: Env,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const { code, stdout } = await runCaptured({
    ...{ file: 'ldd', args: [perl], timeoutMs: 10_000 },
    ...{ env: { ...env, LC_ALL: 'C' }, signal },
  })
  // `libc.so.6 => /lib/libc.so.6 (0x7f00)`, and the loader without a name before it.
  const libraries = [...stdout.matchAll(/^\s*(?:(\S+) => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)]
  const [loader] = libraries.flatMap(([, name, path = '']) => (name === undefined ? [path] : []))
  if (code !== 0 || loader === undefined)
    throw new Failure(`\`ldd ${perl}\` does not say what this machine's Perl consists of`)
  await mkdir(folder, { mode: 0o700, recursive: true })
  for (const [, name, path = ''] of libraries)
    await copyFile(path, join(folder, basename(name ?? path)))
  await copyFile(perl, join(folder, 'perl'))
  const source = fileURLToPath(new URL(`./in-builder/${script}`, import.meta.url))
  await copyFile(source, join(folder, script))
  const inStep = (name: string): string => `${programFolder}/${name}`
  return [
    ...[inStep(basename(loader)), '--library-path', programFolder],
    ...[inStep('perl'), inStep(script)],
  ]
}
