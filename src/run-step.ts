import { runAction } from './action.ts'
import { renderError } from './failure.ts'
import { forgetInputs, readEnvironment } from './host/environment.ts'
import { createRunner } from './host/runner.ts'

const runner = createRunner()
const cancelled = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => cancelled.abort(new Error(signal)))
}

try {
  const environment = readEnvironment()
  forgetInputs()
  await runAction(environment, runner, cancelled.signal)
} catch (error) {
  runner.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
  runner.fail(renderError(error))
}
await runner.flush()
// Pooled connections would otherwise keep the process for some seconds more.
process.exit()
