import { appendFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runAction } from './run-action.ts'
import type { Run } from './types.ts'

const USAGE =
  'usage: cli.ts ACTION_DIR [--with KEY=VALUE]... [--env KEY=VALUE]... [--secret VALUE]... [--hosted] [--debug] [--workspace DIR] [--api-url URL] [--server-url URL] [--repository OWNER/NAME] [--summary-to FILE]'

function toRecord(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw new Error(`expected KEY=VALUE, got "${pair}"`)
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

/** A log entry as GitHub's page shows it: markers become words, groups become headings. */
function renderLog(entry: string): string {
  return `${entry}\n`
    .replaceAll(/^##\[group\](.*)$/gm, '▼ $1')
    .replaceAll(/^##\[endgroup\]\n/gm, '')
    .replaceAll(/^##\[(error|warning|notice|debug)\]/gm, (_, level: string) => {
      return `${level[0]?.toUpperCase()}${level.slice(1)}: `
    })
}

function renderOutputs({ outputs, conclusion }: Run): string {
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name}: ${value}`)
  return [`conclusion: ${conclusion}`, 'outputs:', ...lines, ''].join('\n')
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const list = { type: 'string', multiple: true, default: [] as string[] } as const
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      with: list,
      env: list,
      secret: list,
      hosted: flag,
      debug: flag,
      workspace: text,
      'api-url': text,
      'server-url': text,
      repository: text,
      'summary-to': text,
    },
  })
  const [actionDir] = positionals
  if (actionDir === undefined) throw new Error(USAGE)
  const aborted = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => aborted.abort())
  const run = await runAction({
    actionDir,
    signal: aborted.signal,
    inputs: toRecord(values.with),
    env: toRecord(values.env),
    secrets: values.secret,
    debug: values.debug,
    onLog: (entry) => process.stdout.write(renderLog(entry)),
    runnerEnvironment: values.hosted ? 'github-hosted' : 'self-hosted',
    github: {
      ...(values.workspace === undefined ? {} : { workspace: values.workspace }),
      ...(values['api-url'] === undefined ? {} : { api_url: values['api-url'] }),
      ...(values['server-url'] === undefined ? {} : { server_url: values['server-url'] }),
      ...(values.repository === undefined ? {} : { repository: values.repository }),
    },
  })
  try {
    process.stdout.write(renderOutputs(run))
    if (values['summary-to'] !== undefined) await appendFile(values['summary-to'], run.summary)
  } finally {
    await run.dispose()
  }
  return run.exitCode === 0 && run.conclusion === 'failure' ? 1 : run.exitCode
}

process.exitCode = await main()
