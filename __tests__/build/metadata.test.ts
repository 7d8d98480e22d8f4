import { expect, test } from 'vitest'
import { explainBuildFailure } from '../../src/build/explain.ts'
import { parseMetadata } from '../../src/build/metadata.ts'
import { renderError } from '../../src/failure.ts'
import { step, toEvents } from '../support/build-log.ts'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

test("the ID is the config's digest where there is one", () => {
  const json = JSON.stringify({
    'containerimage.config.digest': digest('a'),
    'containerimage.digest': digest('b'),
  })
  expect(parseMetadata(json)).toEqual({ imageId: digest('a'), digest: digest('b'), json })
  expect(parseMetadata(JSON.stringify({ 'containerimage.digest': digest('b') }))).toMatchObject({
    imageId: digest('b'),
  })
})

test('the name that only the step uses is not in the output', () => {
  const intermediate = 'slipway.invalid/base/0123456789abcdef:0'
  const named = (names: string): string => `{"image.name":"${names}"}`
  const read = (names: string): string => parseMetadata(named(names), intermediate).json
  expect(read(`docker.io/library/api:dev,docker.io/library/api:1,${intermediate}`)).toBe(
    named('docker.io/library/api:dev,docker.io/library/api:1'),
  )
  expect(read(intermediate)).toBe(named(''))
  expect(read('docker.io/library/api:dev')).toBe(named('docker.io/library/api:dev'))
})

test('what is no digest is not passed on', () => {
  const json = '{"containerimage.digest":"sha256:12\\n::set-output name=a::b"}'
  expect(parseMetadata(json)).toMatchObject({ imageId: undefined, digest: undefined })
  expect(parseMetadata('null').digest).toBeUndefined()
})

test('a failed build is told in one line with its place', () => {
  const error = 'process "/bin/sh -c git clone" did not complete successfully: exit code: 128'
  const log = [
    `${step('[2/2] RUN git clone', 'fatal: could not read Username\n', error)}Dockerfile:3`,
    '--------------------',
    '   3 | >>> RUN git clone',
    '--------------------',
    `ERROR: failed to build: failed to solve: ${error}`,
  ]
  const tail = toEvents(log.join('\n'))
  const message = renderError(
    explainBuildFailure({ name: 'api:dev', dockerfile: 'api/Dockerfile' }, 1, tail),
  )
  expect(message).toMatch(
    /^api:dev: RUN git clone exited with 128: fatal: could not read Username\. api\/Dockerfile:3\. The build's log/,
  )
  expect(message).not.toContain('\n')
})

test('a build that says nothing is told by its exit code, and says no commands', () => {
  expect(
    renderError(explainBuildFailure({ name: 'api:dev', dockerfile: 'api/Dockerfile' }, null, [])),
  ).toContain('ended by a signal')
  const tail = toEvents('ERROR: ##[set-output name=a]b')
  expect(
    renderError(explainBuildFailure({ name: 'api:dev', dockerfile: 'api/Dockerfile' }, 1, tail)),
  ).not.toContain('##[')
})
