import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startControl } from './control.ts'
import { startGitHub } from './server.ts'

/**
 * Runs the double as its own process: `node serve.ts --state FILE [--port N] [--stdin-lifeline]`.
 * FILE (0600) then names the URLs, the App, the key file and a control URL; both files go at the
 * end, which is SIGTERM, SIGINT or, with the lifeline, the end of stdin.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      port: { type: 'string', default: '0' },
      'stdin-lifeline': { type: 'boolean', default: false },
    },
  })
  if (values.state === undefined) throw new Error('usage: serve.ts --state FILE [--port N]')
  const statePath = values.state
  const keyPath = `${statePath}.pem`
  const github = await startGitHub({ port: Number(values.port) })
  const control = await startControl(github, randomBytes(16).toString('hex'))
  await rm(keyPath, { force: true })
  await writeFile(keyPath, github.app.privateKeyPem, { mode: 0o600 })
  const state = {
    pid: process.pid,
    apiUrl: github.apiUrl,
    apiUrlGhes: github.apiUrlGhes,
    serverUrl: github.serverUrl,
    appId: github.app.appId,
    clientId: github.app.clientId,
    privateKeyPath: keyPath,
    controlUrl: control.url,
  }
  await rm(statePath, { force: true })
  await writeFile(statePath, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 })
  console.log(JSON.stringify(state))

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) return
    ending = true
    await Promise.all([
      github.stop(),
      control.stop(),
      rm(statePath, { force: true }),
      rm(keyPath, { force: true }),
    ])
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end())
  if (values['stdin-lifeline']) process.stdin.on('end', () => void end()).resume()
}

await main()
