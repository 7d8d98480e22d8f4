import { expect, test } from 'vitest'
import { findHistoryLines } from '../../../src/build/dockerfile/history-lines.ts'
import { toLineOrigins } from '../../../src/run/history-origins.ts'

const dockerfile = `# syntax=docker/dockerfile:1
FROM debian AS base
RUN apt-get update && \\
  apt-get install -y gcc
ENV A=b

FROM golang AS unused
RUN go build

FROM base AS final
ARG KEY=1
WORKDIR /app
COPY --from=unused /go/bin/x /app/
RUN <<EOF
echo x
EOF
CMD ["x"]

FROM base AS other
RUN other
`

const base = ['/bin/sh -c #(nop) ADD file:1 in / ', 'CMD ["bash"]']
const lower = ['RUN /bin/sh -c apt-get update &&   apt-get install -y gcc # buildkit', 'ENV A=b']
const final = [
  'ARG KEY=1',
  'WORKDIR /app',
  'COPY /go/bin/x /app/ # buildkit',
  'RUN |1 KEY=1 /bin/sh -c echo x\n # buildkit',
  'CMD ["x"]',
]

test('a history is matched from the end, through the stages that the last one builds upon', () => {
  expect(findHistoryLines(dockerfile, 'FINAL', [...base, ...lower, ...final])).toEqual([
    ...[undefined, undefined, 3, 5],
    ...[11, 12, 13, 14, 17],
  ])
  expect(findHistoryLines(dockerfile, undefined, [...lower, 'RUN /bin/sh -c other'])).toEqual([
    ...[3, 5, 20],
  ])
})

test('the builder before BuildKit has words of its own for the same', () => {
  const old = [
    '/bin/sh -c apt-get update &&   apt-get install -y gcc',
    '/bin/sh -c #(nop)  ENV A=b',
    '|1 KEY=1 /bin/sh -c other',
  ]
  expect(findHistoryLines(dockerfile, 'other', old)).toEqual([3, 5, 20])
})

test.each([
  ['another instruction', 'final', [...base, ...lower, ...final.with(1, 'USER x')]],
  ['another command', 'final', [...base, ...lower.with(0, 'RUN /bin/sh -c make'), ...final]],
  ['one entry more at the end', 'final', [...base, ...lower, ...final, 'LABEL a=b']],
  ['fewer entries', 'final', final],
  ['a stage that is not there', 'none', [...base, ...lower, ...final]],
])('with %s nothing is certain', (_, target, history) => {
  expect(findHistoryLines(dockerfile, target, history)).toBeUndefined()
})

test('layers get the lines of their entries, and what is below them is the base', () => {
  const history = [...base, ...lower, ...final].map((created_by) => ({
    created_by,
    empty_layer: /^(?:ENV|ARG|CMD)/.test(created_by),
  }))
  const built = { file: 'app/Dockerfile', text: dockerfile, target: 'final' }
  const origins = toLineOrigins(JSON.stringify({ history }), 5, built)
  expect(origins?.map(({ location, isBase }) => [location?.line, isBase])).toEqual([
    [undefined, true],
    ...[3, 12, 13, 14].map((line) => [line, false]),
  ])
  expect(origins?.[1]).toMatchObject({ location: { file: 'app/Dockerfile' } })
  expect(toLineOrigins(JSON.stringify({ history }), 6, built)).toBeUndefined()
  expect(toLineOrigins('no config', 5, built)).toBeUndefined()
})
