import { resolve } from 'node:path'
import { toContextFolder } from './context-folder.ts'
import type { BuildInputs } from './inputs.ts'
import { escapeTemplate } from './template.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** `NAME=value` as a map; a name alone takes its value from the environment, as in a build. */
const toMap = (
  entries: readonly string[],
  bareValue: (name: string) => string | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    entries.flatMap((entry) => {
      const at = entry.indexOf('=')
      const name = at < 0 ? entry : entry.slice(0, at)
      const value = at < 0 ? bareValue(name) : entry.slice(at + 1)
      return value === undefined ? [] : [[escapeTemplate(name), escapeTemplate(value)]]
    }),
  )

/** Bake looks for a Dockerfile in the context, a build where it was started. */
const toDockerfile = (context: string, file: string, workspace: string): string => {
  const isElsewhere = toContextFolder(context, workspace) === undefined
  return isElsewhere || /^https?:\/\//.test(file) ? file : resolve(workspace, file)
}

/** A build as a target of a Bake file. */
export const toBakeTarget = (
  build: BuildInputs,
  { env, workspace }: { readonly env: Env; readonly workspace: string },
): Readonly<Record<string, unknown>> => {
  const { context, file, target, network } = build
  const dockerfile = file === undefined ? undefined : toDockerfile(context, file, workspace)
  return {
    context: escapeTemplate(context),
    ...(dockerfile !== undefined && { dockerfile: escapeTemplate(dockerfile) }),
    ...(target !== undefined && { target: escapeTemplate(target) }),
    ...(network !== undefined && { network: escapeTemplate(network) }),
    ...(build.noCache && { 'no-cache': true }),
    ...(build.pull && { pull: true }),
    tags: build.tags.map(({ given }) => given),
    args: toMap(build.buildArgs, (name) => env[name]),
    labels: toMap(build.labels, () => ''),
    contexts: toMap(build.buildContexts, () => undefined),
    ssh: build.ssh.map(escapeTemplate),
    ...(build.allow.length > 0 && { entitlements: build.allow }),
  }
}
