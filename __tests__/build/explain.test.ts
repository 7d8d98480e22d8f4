import { expect, test } from 'vitest'
import { explainBuildFailure } from '../../src/build/explain.ts'

const failed = (reason: string) =>
  explainBuildFailure('api', 1, ['Dockerfile:3', 'RUN make', `ERROR: failed to solve: ${reason}`])

test('the place, and the last word of BuildKit', () => {
  const { message, remedy } = failed('process "make" did not complete successfully: exit code: 2')
  expect(message).toMatch(/^Building api failed at Dockerfile:3: failed to solve: .*exit code: 2$/)
  expect(remedy).toContain('build log above')
})

test.each(['process "make" did not complete successfully: exit code: 137', 'signal: killed'])(
  'what was killed (%s) is not left at a number',
  (reason) => {
    expect(failed(reason).remedy).toMatch(/killed, mostly by the kernel as memory ran out/)
  },
)

test('a full disk is said where only a program has said it', () => {
  const lines = ['tar: out: No space left on device', 'ERROR: exit code: 2']
  expect(explainBuildFailure('api', 1, lines).message).toContain('no space left on device')
})
