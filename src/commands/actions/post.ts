import { getState } from '@actions/core'
import { clusterState, kubeconfigState } from '../../cluster/providers/kind-owned.ts'
import { renderError } from '../../failure.ts'
import { namesState } from '../../memory/memory.ts'
import { tokenState } from '../../token/build-token.ts'
import {
  cleanUp,
  isRunId,
  layersState,
  leftoversOf,
  mainState,
  runIdState,
  toKubeconfig,
  toLeftBuilder,
} from '../cleanup.ts'
import { diagnoseJob } from '../diagnose.ts'
import { keepNames } from '../keep-names.ts'
import { builderState } from '../with-builder.ts'
import { forgetSecrets, readEnvironment } from './environment.ts'
import { endMain } from './left-main.ts'
import { reportDiagnosis } from './report-diagnosis.ts'
import { createRunner } from './runner.ts'

const runner = createRunner()
// Node would print it as it is, and the runner read commands from it.
process.on('uncaughtException', (error) => {
  runner.warning(`The post step ended early: ${renderError(error)}`)
  process.exit()
})
const [wasMinted, runId] = [getState(tokenState) === 'minted', getState(runIdState)]
const builder = toLeftBuilder(getState(builderState))
const names = getState(namesState)
const layers = getState(layersState)
// A half-made one goes also where it was to be kept. The label on its nodes says whose they are.
const isClusterOurs = ['making', 'made'].includes(getState(clusterState))
const cluster = isClusterOurs ? { kubeconfig: toKubeconfig(getState(kubeconfigState)) } : undefined
const mainProcess = getState(mainState)
const environment = await readEnvironment()
forgetSecrets(environment)
const main = await endMain(mainProcess)
if (main !== 'gone') {
  const how =
    main === 'ended' ? 'It has ended now' : 'It was killed, as it did not end when asked to'
  runner.line(
    `The step was still running: a job's container hides from it that it is to end. ${how}.`,
  )
}
// Whatever a build printed may have tried to set a state, so these are only compared.
if (wasMinted && main !== 'ended') {
  runner.warning(
    'The step was killed while it held a token. Its watchdog revoked the token, or GitHub expires it within the hour.',
  )
}
let isDockerThere = true
try {
  if (isRunId(runId)) {
    const { recordingFolder } = leftoversOf(environment, runId)
    const diagnosis = await diagnoseJob(environment, recordingFolder)
    if (diagnosis !== undefined) {
      await reportDiagnosis(runner, diagnosis, false)
      isDockerThere = diagnosis.isDockerThere
    }
  }
} catch (error) {
  runner.warning(`The post step could not diagnose the job: ${renderError(error)}`)
}
if (isRunId(runId)) {
  await keepNames(environment, runner, runId, names)
  if (layers !== '') {
    // Most posts start without it.
    const { keepLayers } = await import('../keep-layers.ts')
    await keepLayers(environment, runner, runId, layers)
  }
}
await cleanUp(environment, runner, runId, { isDockerThere, builder, cluster })
await runner.flush()
// What did not answer in time would otherwise keep the process.
process.exit()
