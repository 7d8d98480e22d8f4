import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { attempt } from '../failure.ts'

/** What is out of reach for us is so for buildx, too. */
const isFolder = (path: string): boolean => attempt(() => statSync(path).isDirectory()) ?? false

/** What BuildKit fetches itself, or takes from another build; every other name is a path. */
const elsewhere = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|[\w.-]+@[^/]+:|docker-image:\/\/|target:)/

const cutAt = (text: string, sign: string): string =>
  text.includes(sign) ? text.slice(0, text.lastIndexOf(sign)) : text

/** A path with a tag, a digest or both behind it; what looks like one may belong to the path. */
const toLayoutPaths = (layout: string, workspace: string): readonly string[] => {
  const [named, tagged] = [cutAt(cutAt(layout, '@'), ':'), cutAt(layout, '@')]
  const others = [tagged, layout, cutAt(layout, ':')].filter((path) => path !== named)
  return [named, ...others.filter((path) => isFolder(resolve(workspace, path)))]
}

/**
 * The paths of this machine that a build context means, as written; none for what is elsewhere. buildx
 * looks for a folder of that name first, so that `https://x` may be one.
 */
export const toContextPaths = (context: string, workspace: string): readonly string[] => {
  const path = context.replace(/^cwd:\/\//, '')
  if (isFolder(resolve(workspace, path)) || isFolder(`${workspace}/${path}`)) return [path]
  const layout = /^oci-layout:\/\/(.*)$/s.exec(path)?.[1]
  if (layout !== undefined) return toLayoutPaths(layout, workspace)
  return elsewhere.test(path) ? [] : [path]
}

/**
 * The folder of a build context; undefined for a context that is elsewhere. GitHub's old short form is
 * a folder where there is one, and else an address.
 */
export const toContextFolder = (context: string, workspace: string): string | undefined => {
  const [path] = toContextPaths(context, workspace)
  if (path === undefined || context.startsWith('oci-layout:')) return undefined
  const folder = resolve(workspace, path)
  return path.startsWith('github.com/') && !existsSync(folder) ? undefined : folder
}

/**
 * What is read for a Dockerfile: itself, which may be written in lower case, and the policy that buildx takes
 * from beside it.
 */
export const toDockerfilePaths = (path: string): readonly string[] =>
  [...new Set([path, path.replace(/(^|\/)Dockerfile$/, '$1dockerfile')])].flatMap((file) => [
    file,
    `${file}.rego`,
  ])

/** Git over SSH wants the agent. */
export const wantsAgent = (context: string): boolean => /^(?:ssh:\/\/|[\w.-]+@[^/]+:)/.test(context)
