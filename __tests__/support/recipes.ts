import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { formatToken } from '../../src/token/formats.ts'
import { type GitHub, startGitHub } from './github/server.ts'
import { mintFor } from './mint-for.ts'
import type { Run } from './runner/types.ts'
import { credentialsOf, runSlipway } from './slipway.ts'
import { docker, startCluster, uniqueName } from './testbed.ts'

const run = promisify(execFile)

export const page = readFileSync('docs/recipes.md', 'utf8')

export type Files = Readonly<Record<string, string>>

/** The Dockerfile of a chapter, word by word, but for the base and what Debian's packages would need a network for. */
const readRecipe = (title: string, base: string): string => {
  const [, chapter = ''] = page.split(`\n## ${title}\n`)
  const [, recipe = ''] = /^```dockerfile\n([\s\S]*?)^```/m.exec(chapter) ?? []
  return recipe.replace(/^FROM .*$/m, `FROM ${base}`).replace(/^RUN apt-get .*\n/m, '')
}

/** The inputs of a chapter's step, with values for its expressions. */
export const readStep = (title: string, values: Files): Files => {
  const [, chapter = ''] = page.split(`\n## ${title}\n`)
  const [, text = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(chapter) ?? []
  const filled = text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_, name: string) => values[name] ?? '')
  const [step] = parse(filled) as readonly { readonly with: Readonly<Record<string, unknown>> }[]
  return Object.fromEntries(
    Object.entries(step?.with ?? {}).map(([name, value]) => [name, String(value)]),
  )
}

/** Where the recipes of `docs/recipes.md` are tried: a cluster, and private repositories of `acme`. */
export const startRecipes = async (repositories: Readonly<Record<string, Files>>) => {
  const name = uniqueName('recipe')
  const named = Object.keys(repositories)
  const github: GitHub = await startGitHub({
    repositories: Object.fromEntries(
      Object.entries(repositories).map(([each, files]) => [`acme/${each}`, files]),
    ),
  })
  const cluster = await startCluster()
  const folder = await mkdtemp(join(tmpdir(), 'slipway-recipes-'))

  /** What a developer's git reads, who has to see the repositories, too. */
  const readGitConfig = async (): Promise<string> =>
    formatToken('gitconfig', github.apiUrl, [await mintFor(github, 'acme', named)]).expose()

  const commitOf = async (repository: string): Promise<string> => {
    const file = join(folder, 'developers-gitconfig')
    await writeFile(file, await readGitConfig(), { mode: 0o600 })
    const env = { ...process.env, GIT_CONFIG_SYSTEM: file }
    const address = `${github.serverUrl}/acme/${repository}.git`
    const { stdout } = await run('git', ['ls-remote', address, 'HEAD'], { env })
    return stdout.split('\t')[0] ?? ''
  }

  /** Stands for the base that a recipe names, which cannot be pulled. */
  const makeBase = async (tool: string, lines: readonly string[]): Promise<string> => {
    const tag = `${name}-${tool}:base`
    await writeFile(join(folder, 'Dockerfile'), lines.join('\n'))
    await docker('buildx', 'build', '--quiet', '--load', '--tag', tag, folder)
    return tag
  }

  /** A context with a recipe's Dockerfile, and with files that name the double where they would name GitHub. */
  const makeContext = async (title: string, base: string, files: Files): Promise<string> => {
    const context = await mkdtemp(join(folder, 'context-'))
    await writeFile(join(context, 'Dockerfile'), readRecipe(title, base))
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(context, file)), { recursive: true })
      await writeFile(join(context, file), text.replaceAll('https://github.com', github.serverUrl))
    }
    return context
  }

  /** Has the tool itself write its lock file, as a developer does. */
  const lock = async (context: string, base: string, command: string): Promise<void> => {
    const config = join(await mkdtemp(join(folder, 'developer-')), 'gitconfig')
    await writeFile(config, await readGitConfig(), { mode: 0o600 })
    const mounts = [`--volume=${config}:/etc/gitconfig:ro`, `--volume=${context}:/app`]
    const options = ['--rm', '--network=host', ...mounts, '--workdir=/app']
    await docker('run', ...options, base, 'bash', '-c', command)
  }

  const build = async (title: string, context: string): Promise<string> => {
    const tag = `${name}-${title.toLowerCase()}:dev`
    await load(tag, { context, network: 'host', ...credentialsOf(github) })
    return tag
  }

  const load = async (tag: string, inputs: Readonly<Record<string, string>>): Promise<Run> => {
    const ran = await runSlipway({
      ...inputs,
      ...('client-id' in inputs && { repositories: named.join(','), 'secret-format': 'gitconfig' }),
      tags: tag,
      'cluster-name': cluster.name,
    })
    await ran.dispose()
    if (ran.exitCode !== 0 || ran.log.includes('##[error]')) throw new Error(ran.log)
    return ran
  }

  const close = async (): Promise<void> => {
    await Promise.all([github.stop(), cluster.remove(), rm(folder, { recursive: true })])
    const made = await docker('image', 'ls', '--quiet', `${name}-*`)
    if (made !== '') await docker('rmi', '--force', ...new Set(made.split('\n')))
  }

  return {
    ...{ name, github, cluster, folder, commitOf, makeBase, makeContext, lock, build, load, close },
    inImage: (tag: string, ...command: readonly string[]): Promise<string> =>
      docker('run', '--rm', '--network=none', '--entrypoint', '', tag, ...command),
  }
}
