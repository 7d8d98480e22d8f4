import { fileURLToPath } from 'node:url'
import { messageOf } from './progress.ts'
import type { Session } from './session.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const vitest = 'node_modules/vitest/vitest.mjs'

/**
 * Runs one of the tests' own scenarios, where a bar is what that asserts.
 *
 * @param name its file's, without its end
 * @returns what went wrong; undefined where all passed
 */
export const runScenario = (
  { run }: Session,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> => {
  const args = ['run', '--project=scenarios', `__tests__/scenarios/${name}.test.ts`]
  return run(process.execPath, [vitest, ...args], { cwd: root, env }).then(
    () => undefined,
    (error: unknown) => messageOf(error),
  )
}
