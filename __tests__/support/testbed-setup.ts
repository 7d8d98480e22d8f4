import { execFileSync } from 'node:child_process'

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
}
