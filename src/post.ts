import { getState } from '@actions/core'
import { readEnvironment } from './host/environment.ts'
import { createRunner } from './host/runner.ts'
import { runIdState, sweep } from './sweep.ts'
import { tokenState } from './token/build-token.ts'

const runner = createRunner()
// Whatever a build printed may have tried to set a state, so this one is only compared.
if (getState(tokenState) === 'minted') {
  runner.warning(
    'The step was killed while it had a token. Its watchdog has revoked it, or GitHub ends it within the hour.',
  )
}
await sweep(readEnvironment(), runner, getState(runIdState))
