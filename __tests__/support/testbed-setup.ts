import { execFileSync } from 'node:child_process'

const docker = (...args: readonly string[]): string =>
  execFileSync('docker', [...args], { encoding: 'utf8' }).trim()

/** Nothing of one that has gone since it was listed: another test run may just have removed it. */
const inspect = (format: string, id: string): string => {
  try {
    return docker('inspect', '--format', format, id)
  } catch {
    return ''
  }
}

/** Another test run may have stopped a node of its own for as long as this. */
const longestStopMs = 3 * 60 * 60_000

/** Nodes of tests that were killed take as much of the disk as they did while they ran. */
const removeLeftNodes = (): void => {
  const filters = ['name=^test-', 'label=slipway-testbed=node', 'status=exited']
  const left = docker('ps', '--all', '--quiet', ...filters.map((each) => `--filter=${each}`))
  if (left === '') return
  const format = '{{.Id}} {{.State.FinishedAt}}'
  const ids = left
    .split('\n')
    .map((id) => inspect(format, id))
    .map((line) => line.split(' '))
    .filter(([, ended = '']) => Date.now() - Date.parse(ended) > longestStopMs)
    .map(([id = '']) => id)
  if (ids.length > 0) docker('rm', '--force', '--volumes', ...ids)
}

/**
 * Brings the testbed up and takes over its environment, so that `npx vitest` works as well as
 * `script/test` does.
 */
export default (): void => {
  execFileSync('bash', ['script/testbed', 'up'], { stdio: ['ignore', 'inherit', 'inherit'] })
  const shell = 'eval "$(script/testbed env)"; env -0'
  const printed = execFileSync('bash', ['-c', shell], { encoding: 'utf8' })
  for (const entry of printed.split('\0')) {
    const equals = entry.indexOf('=')
    if (equals > 0) process.env[entry.slice(0, equals)] = entry.slice(equals + 1)
  }
  removeLeftNodes()
}
