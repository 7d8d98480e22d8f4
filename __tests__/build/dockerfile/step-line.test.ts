import { expect, test } from 'vitest'
import { findStepLine } from '../../../src/build/dockerfile/step-line.ts'

const dockerfile = [
  'ARG VERSION=12',
  'FROM debian:$VERSION AS Build',
  'ENV A=1',
  'RUN one \\',
  '  # a comment in between',
  '  && two',
  'COPY . .',
  'FROM build',
  'COPY <<EOF /etc/file',
  'RUN is no instruction',
  'EOF',
  'WORKDIR /app',
  'RUN three',
].join('\n')

test.each([
  ['[build 2/3] RUN one   && two', 4],
  ['[linux/arm64 build 3/3] COPY . .', 7],
  ['[stage-1 1/3] COPY <<EOF /etc/file', 9],
  ['[stage-1 3/3] RUN three', 13],
  // An image that does something ONBUILD has it before the stage's own.
  ['[stage-1 4/4] RUN three', 13],
  ['[stage-1 1/4] RUN of the base', undefined],
  ['[build 1/3] FROM docker.io/library/debian:12', undefined],
  ['[build 3/3] RUN . .', undefined],
  ['[other 2/3] RUN one', undefined],
  ['[2/3] RUN one', undefined],
  ['exporting to image', undefined],
])('%s is at line %s', (name, line) => {
  expect(findStepLine(dockerfile, name)).toBe(line)
})

test('a Dockerfile of one stage has its steps without a name', () => {
  expect(findStepLine('FROM debian\nUSER a\nRUN one\nRUN two', '[2/3] RUN one')).toBe(3)
  expect(findStepLine('', '[2/3] RUN one')).toBeUndefined()
})
