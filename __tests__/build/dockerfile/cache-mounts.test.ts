import { expect, test } from 'vitest'
import { findCacheMounts } from '../../../src/build/dockerfile/stages.ts'

const find = (lines: readonly string[], words: object = {}) =>
  findCacheMounts(lines.join('\n'), {
    ...{ args: {}, target: undefined, contexts: [], platform: 'linux/arm64' },
    ...words,
  })

const plain = { uid: undefined, gid: undefined, mode: undefined, sharing: 'shared' }

test.each<readonly [string, string, object]>([
  ['its target is its id', 'target=/root/.cache/pip/', { id: '/root/.cache/pip' }],
  ['also a relative one', 'dst=./.cache', { id: '.cache' }],
  ['an id', 'id=go,target=/go', { id: 'go' }],
  [
    'all that makes it another cache',
    'id=a,target=/a,uid=1000,gid=100,mode=0700,sharing=LOCKED,ro',
    { id: 'a', uid: '1000', gid: '100', mode: '0700', sharing: 'locked' },
  ],
  ['an argument', 'id=$NAME,target=/a', { id: 'apt' }],
  ['an argument of the file', `"target=/\${TOP}/x"`, { id: '/top/x' }],
  ['a variable of the image', 'target=$PLACE', { id: '/cache' }],
  ['the platform', 'id=apt-$TARGETARCH,target=/a', { id: 'apt-arm64' }],
])('%s', (_, options, mount) => {
  const lines = [
    'ARG TOP=top',
    'FROM debian',
    'ARG NAME=none',
    'ARG TOP',
    'ARG TARGETARCH',
    'ENV PLACE=/cache',
    `RUN --mount=type=cache,${options} make`,
  ]
  expect(find(lines, { args: { NAME: 'apt' } })).toEqual([
    { line: 7, mount: { ...plain, ...mount } },
  ])
})

test.each([
  ['target=/a,from=base', 'begins with files'],
  ['target=/a,source=/b', 'begins with files'],
  ['target=$UNKNOWN', 'variables without a value'],
  ['id=$TARGETARCH,target=/a', 'variables without a value'],
  ['target=/a,uid=app', 'no number'],
  ['target=/a,mode=rwx', 'no octal number'],
  ['target=/a,sharing=all', 'unknown sharing'],
])('what cannot be kept says why: %s', (options, why) => {
  expect(find(['FROM debian', `RUN --mount=type=cache,${options} make`])).toEqual([
    { line: 2, mount: undefined, why: expect.stringContaining(why) },
  ])
})

test('only stages that are built count, and what they inherit', () => {
  const lines = [
    'FROM debian AS base',
    'ENV WHERE=/one',
    'FROM base AS first',
    'RUN --mount=type=bind,target=/src --mount=type=cache,target=$WHERE make',
    'FROM base AS second',
    'RUN --mount=type=cache,target=/two make',
    'RUN make --mount=type=cache,target=/three',
  ]
  const ids = (target?: string) => find(lines, { target }).map(({ mount }) => mount?.id)
  expect([ids('first'), ids()]).toEqual([['/one'], ['/two']])
})
