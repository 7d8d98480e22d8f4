import { Failure, renderError } from '../../failure.ts'
import { runAction } from '../run.ts'
import { forgetSecrets, readEnvironment } from './environment.ts'
import { createRunner } from './runner.ts'

const runner = createRunner()
// Node would print it as it is, and the runner read commands from it.
process.on('uncaughtException', (error) => {
  runner.fail(renderError(error))
  process.exit()
})
const cancelled = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => cancelled.abort(new Error(signal)))
}

try {
  const environment = readEnvironment()
  const why = forgetSecrets(environment)
  if (why !== undefined) {
    runner.line(`This user's other processes can read the step's inputs while it runs: ${why}`)
  }
  await runAction(environment, runner, cancelled.signal)
} catch (error) {
  runner.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
  runner.fail(renderError(error), error instanceof Failure ? error.place : undefined)
}
await runner.flush()
// Pooled connections would otherwise keep the process for some seconds more.
process.exit()
