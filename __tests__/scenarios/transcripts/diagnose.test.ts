import { expect, test } from 'vitest'
import { useDiagnosedJob } from '../../support/diagnosed-job.ts'
import { itsEnd, startGreedyPod, takeAll } from '../../support/greedy-pod.ts'
import type { Run } from '../../support/runner/types.ts'
import { toTranscript } from '../../support/transcript.ts'

const { image, fixture, runJob, runDiagnosis } = useDiagnosedJob()

const toText = (run: Run): string =>
  toTranscript(run, { [fixture.node]: 'NODE', [fixture.cluster.name]: 'CLUSTER' })

test('mode: diagnose with a finding', async () => {
  await runJob(async () => {})
  const pod = { namespace: 'shop', name: 'trainer', script: takeAll }
  await itsEnd(await startGreedyPod(fixture.node, image, pod))
  await expect(toText(await runDiagnosis())).toMatchFileSnapshot('diagnose-with-a-finding.txt')
})

test('mode: diagnose without one', async () => {
  await expect(toText(await runDiagnosis())).toMatchFileSnapshot('diagnose-without-one.txt')
})
