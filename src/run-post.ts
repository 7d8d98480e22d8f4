import { getState } from '@actions/core'
import { lookAfterJob } from './diagnose/look-after.ts'
import { renderError } from './failure.ts'
import { readEnvironment } from './host/environment.ts'
import { createRunner } from './host/runner.ts'
import { isRunId, leftoversOf, runIdState, sweep } from './sweep.ts'
import { tokenState } from './token/build-token.ts'

const runner = createRunner()
// Whatever a build printed may have tried to set a state, so this one is only compared.
if (getState(tokenState) === 'minted') {
  runner.warning(
    'The step was killed while it had a token. Its watchdog has revoked it, or GitHub ends it within the hour.',
  )
}
const environment = readEnvironment()
const runId = getState(runIdState)
let isDockerThere = true
try {
  if (isRunId(runId)) {
    const { notesFolder } = leftoversOf(environment, runId)
    isDockerThere = await lookAfterJob(environment, runner, notesFolder)
  }
} catch (error) {
  runner.warning(`Looking for what went wrong in the job was not possible: ${renderError(error)}`)
}
await sweep(environment, runner, runId, isDockerThere)
await runner.flush()
// What did not answer in time would otherwise keep the process.
process.exit()
