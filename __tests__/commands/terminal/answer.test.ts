import { expect, test } from 'vitest'
import type { Result } from '../../../src/commands/run.ts'
import { toExcessFailure } from '../../../src/commands/run-in-place.ts'
import { answerResult } from '../../../src/commands/terminal/answer.ts'
import type { Screen } from '../../../src/commands/terminal/screen.ts'
import { Failure } from '../../../src/failure.ts'
import { emptyReport } from '../../../src/report/report.ts'
import { read } from '../../support/read.ts'

const excesses = ['api', 'web', 'db'].map((name) => ({
  message: `${name} is too large.`,
  location: { file: 'Dockerfile', line: 1 },
}))
const result = { kind: 'run', report: emptyReport, nodeFiles: [], excesses } as unknown as Extract<
  Result,
  { kind: 'run' }
>

/** What is told of images beyond their limits, and what the command fails with. */
const answer = (action: 'error' | 'warning', failure?: Failure) => {
  const told: string[] = []
  const screen = {
    error: (text: string) => told.push(`error ${text}`),
    warning: (text: string) => told.push(`warning ${text}`),
  } as unknown as Screen
  const inputs = read({ images: 'api:1', 'image-limit-action': action, 'image-size-limit': '1GB' })
  const ended = failure ?? toExcessFailure(inputs, result)
  answerResult(screen, { inputs, result, failure: ended, beganMs: 0 })
  return { told, failure: ended?.message }
}

test('each image beyond its limit is told of once, the first by what the command fails with', () => {
  expect(answer('error')).toEqual({
    told: ['error web is too large.', 'error db is too large.'],
    failure: 'api is too large.',
  })
  expect(answer('error', new Failure('web could not be loaded')).told).toHaveLength(3)
})

test('where that is a warning, all are', () => {
  const told = ['api', 'web', 'db'].map((name) => `warning ${name} is too large.`)
  expect(answer('warning')).toEqual({ told, failure: undefined })
})
