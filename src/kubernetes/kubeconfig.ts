import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { attempt, Failure } from '../failure.ts'
import { isMissing } from '../host/access.ts'
import type { Env } from '../host/command.ts'
import { readRegularFile } from '../host/read-file.ts'

/** Where a pod finds what its own account may do. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** A cluster that the environment names. */
export type ClusterAccess = {
  /** In the order in which kubectl reads them; none for a pod's own account. */
  readonly files: readonly string[]
  /** Undefined for a pod's own account. */
  readonly context: string | undefined
  readonly namespace: string
  /** One file that says the same by itself, with the context fixed. */
  readonly pinned: string
}

const toFiles = (env: Env): readonly string[] => {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean)
  if (named.length > 0) return named.map((path) => resolve(path)).filter((path) => !isMissing(path))
  const usual = join(env['HOME'] || (attempt(homedir) ?? '/'), '.kube', 'config')
  return isMissing(usual) ? [] : [usual]
}

/** Inside, these are relative to the file's folder. */
const pathsOf: Readonly<Record<string, readonly string[]>> = {
  clusters: ['certificate-authority'],
  users: ['client-certificate', 'client-key', 'tokenFile'],
}

const makeAbsolute = (map: YAMLMap, key: string, folder: string): void => {
  const path = map.get(key)
  if (typeof path === 'string' && path !== '') map.set(key, resolve(folder, path))
}

const itemsOf = (document: Document, list: string): readonly YAMLMap[] => {
  const found = document.get(list)
  return isSeq(found) ? found.items.filter((item) => isMap(item)) : []
}

const pinPaths = (document: Document, folder: string): void => {
  for (const [list, keys] of Object.entries(pathsOf)) {
    for (const item of itemsOf(document, list)) {
      const body = item.get(list === 'clusters' ? 'cluster' : 'user')
      if (!isMap(body)) continue
      for (const key of keys) makeAbsolute(body, key, folder)
      const exec = body.get('exec')
      // A command without a slash is looked for on the PATH.
      if (isMap(exec) && String(exec.get('command') ?? '').includes('/'))
        makeAbsolute(exec, 'command', folder)
    }
  }
}

const readFile = (path: string): Document => {
  const fail = (cause: unknown): never => {
    throw new Failure(`The kubeconfig ${path} cannot be read`, {
      cause,
      remedy: 'Correct it, or name another one with KUBECONFIG.',
    })
  }
  try {
    // All scalars stay as they are written.
    const document = parseDocument(readRegularFile(path).toString('utf8'), { schema: 'failsafe' })
    const [error] = document.errors
    // Its own text would show the line, which may hold a token.
    if (error !== undefined) throw new Error(`no YAML at character ${error.pos[0]}`)
    if (document.contents !== null && !isMap(document.contents)) throw new Error('no map')
    pinPaths(document, dirname(path))
    return document
  } catch (error) {
    return fail(error)
  }
}

/** What comes first counts, as kubectl has it. */
const merge = (all: readonly Document[]): Document => {
  const [first, ...rest] = all
  if (first === undefined) throw new Error('there is no kubeconfig')
  for (const other of rest) {
    for (const list of ['clusters', 'users', 'contexts']) {
      const known = new Set(itemsOf(first, list).map((item) => item.get('name')))
      const added = itemsOf(other, list).filter((item) => !known.has(item.get('name')))
      if (!isSeq(first.get(list))) first.set(list, first.createNode([]))
      for (const item of added) first.addIn([list], item)
    }
    if (!first.get('current-context') && other.get('current-context')) {
      first.set('current-context', other.get('current-context'))
    }
  }
  return first
}

const inCluster = (env: Env): ClusterAccess | undefined => {
  const isThere = env['KUBERNETES_SERVICE_HOST'] && !isMissing(`${accountFolder}/token`)
  if (!isThere) return undefined
  const read = () => readRegularFile(`${accountFolder}/namespace`).toString('utf8').trim()
  const namespace = attempt(read) || 'default'
  // A kubeconfig that is made meanwhile would be another cluster; one that says nothing leads to the account.
  return { files: [], context: undefined, namespace, pinned: 'apiVersion: v1\nkind: Config\n' }
}

/**
 * Finds the cluster that kubectl would talk to now.
 *
 * @throws {Failure} where there is none, or its file cannot be read
 */
export const findCluster = (env: Env): ClusterAccess => {
  const files = toFiles(env)
  if (files.length === 0) {
    const account = inCluster(env)
    if (account !== undefined) return account
    throw new Failure('driver: kubernetes needs a cluster, and there is no kubeconfig', {
      remedy: 'Name one with KUBECONFIG, or make ~/.kube/config before this step.',
    })
  }
  const merged = merge(files.map(readFile))
  const context = merged.get('current-context')
  const named = itemsOf(merged, 'contexts').find((item) => item.get('name') === context)
  if (typeof context !== 'string' || named === undefined) {
    throw new Failure(`The kubeconfig ${files.join(', ')} has no current context`, {
      remedy: 'Choose one with `kubectl config use-context NAME` before this step.',
    })
  }
  const namespace = named.getIn(['context', 'namespace'])
  return {
    files,
    context,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default',
    pinned: merged.toString({ lineWidth: 0 }),
  }
}
