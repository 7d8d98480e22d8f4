import { expect, test } from 'vitest'
import { toHistoryOrigins, toInstruction } from '../../../src/image/contents/history.ts'

const token = `ghp_${'a1B'.repeat(12)}`

test.each([
  ['RUN /bin/sh -c make all # buildkit', 'RUN make all'],
  ['RUN |2 A=b c KEY=s3cret value /bin/sh -c make all # buildkit', 'RUN make all'],
  ['RUN |1 KEY=s3cret /bin/bash -o pipefail -c make # buildkit', 'RUN make'],
  ['|1 KEY=s3cret /bin/sh -c make', 'RUN make'],
  // An exec form has no shell to find.
  ['RUN |1 KEY=s3cret make all # buildkit', 'RUN'],
  ['COPY /x /y # buildkit', 'COPY /x /y'],
  ['/bin/sh -c #(nop) COPY file:0123 in /x ', 'COPY file:0123 in /x'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['WORKDIR /w', 'WORKDIR /w'],
  ['RUN /bin/sh -c a\n\tb # buildkit', 'RUN a b'],
  [`RUN /bin/sh -c curl -H "Bearer ${token}" # buildkit`, 'RUN curl -H "Bearer ***"'],
])('of %j people read %j', (createdBy, expected) => {
  expect(toInstruction(createdBy)).toBe(expected)
})

test('entries belong to layers in their order, but for those that made none', () => {
  const config = JSON.stringify({
    history: [
      { created_by: 'ADD rootfs.tar /' },
      { created_by: 'ENV A=b', empty_layer: true },
      { created_by: 'COPY /x /y # buildkit' },
      {},
    ],
  })
  expect(toHistoryOrigins(config, 3).map(({ instruction }) => instruction)).toEqual([
    ...['ADD rootfs.tar /', 'COPY /x /y', undefined],
  ])
})

test.each(['', '{}', '{"history":7}', '{"history":[null]}', '{"history":[{},{},{}]}'])(
  'a history that is %j tells nothing',
  (config) => {
    expect(toHistoryOrigins(config, 2).map(({ instruction }) => instruction)).toEqual([
      undefined,
      undefined,
    ])
  },
)
