import fs from 'node:fs'
import promises from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { basename } from 'node:path'
import type { Phase } from './runner/types.ts'

/**
 * A moment in the life of the action's own process: just before the Nth call of those that look alike. Calls
 * are written `link slipway-RUN-images/kept/DIGEST slipway-RUN-layers/DIGEST` (`rename` likewise; `mkdir`, `rm`,
 * `writeFile`, `open`, `read` with one path; `write PATH` for each piece), `docker POST /containers/create`,
 * `listen 127.0.0.1`, or `served HEAD /v2/NAME/manifests/cache`.
 */
export type Moment = {
  readonly phase: Phase
  readonly call: RegExp
  /** 1 for the first. */
  readonly nth: number
}

const variable = 'TEST_KILL_AT'

/** Variables of a step that is killed with SIGKILL at a moment: this file is loaded before the action. */
export const killAt = ({ phase, call, nth }: Moment): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${import.meta.url}`,
  [variable]: JSON.stringify({ script: `${phase}.js`, call: call.source, nth }),
})

/** Without what is another one in each run. */
const toCall = (...parts: readonly unknown[]): string =>
  parts
    .map(String)
    .join(' ')
    .replaceAll(/(?:\/[^ /]+)*\/(?=slipway-)/g, '')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'NAME')
    .replaceAll(/\b[0-9a-f]{16}\b/g, 'RUN')

/** Has what the action calls count, as its bundle imports it. */
const watch = (count: (...parts: readonly unknown[]) => void): void => {
  // biome-ignore lint/suspicious/noExplicitAny: functions of any kind
  const before = (owner: any, name: string, tell: (...args: readonly any[]) => unknown[]): void => {
    const real = owner[name]
    owner[name] = function (this: unknown, ...args: readonly unknown[]) {
      count(...tell(...args))
      return real.apply(this, args)
    }
  }
  for (const name of ['mkdir', 'rm', 'writeFile', 'rename', 'link'])
    for (const [owner, suffix] of [
      [promises, ''],
      [fs, 'Sync'],
    ] as const)
      before(owner, name + suffix, (from, to) =>
        name === 'rename' || name === 'link' ? [name, from, to] : [name, from],
      )
  before(fs, 'createReadStream', (path) => ['read', path])
  before(http, 'request', ({ method, path }) => ['docker', method, path])
  before(net.Server.prototype, 'listen', (_port, host) => ['listen', host])
  before(http.Server.prototype, 'emit', (event, request) =>
    event === 'request' ? ['served', request.method, request.url] : ['event', event],
  )
  const { open } = promises
  promises.open = async (path, ...args) => {
    count('open', path)
    const handle = await open(path, ...args)
    before(handle, 'writeFile', () => ['write', path])
    return handle
  }
  syncBuiltinESMExports()
}

const wanted = process.env[variable]
if (wanted !== undefined) {
  const { script, call, nth } = JSON.parse(wanted)
  const pattern = new RegExp(call)
  let left = nth
  const count = (...parts: readonly unknown[]): void => {
    if (!pattern.test(toCall(...parts))) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
  // What it starts has these variables, too.
  if (basename(process.argv[1] ?? '') === script) watch(count)
}
