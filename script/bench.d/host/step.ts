import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = new URL('../../../', import.meta.url)

/** The bundled action's start, as `action.yml` names it. */
export const mainFile = fileURLToPath(new URL('dist/main.js', root))

type ActionFile = { readonly inputs: Readonly<Record<string, { readonly default?: string }>> }

/** The runner passes every input that has a default. */
const readDefaults = (): Readonly<Record<string, string>> => {
  const { inputs } = parse(readFileSync(new URL('action.yml', root), 'utf8')) as ActionFile
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { default: value = '' }]) => [
      name,
      value.replaceAll('$' + '{{ github.api_url }}', 'https://api.github.com'),
    ]),
  )
}

const toVariables = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )

const fileCommands = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const

/** The variables of a step as the runner sets them, and its own temporary folder. */
export const makeStep = (
  folder: string,
  inputs: Readonly<Record<string, string>>,
): { readonly temp: string; readonly env: Readonly<Record<string, string>> } => {
  const temp = mkdtempSync(join(folder, 'runner-'))
  const files = Object.fromEntries(fileCommands.map((name) => [name, join(temp, name)]))
  for (const file of Object.values(files)) writeFileSync(file, '')
  const env = {
    ...toVariables({ ...readDefaults(), ...inputs }),
    ...files,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_WORKSPACE: temp,
    RUNNER_TEMP: temp,
    RUNNER_ENVIRONMENT: 'self-hosted',
  }
  return { temp, env }
}
