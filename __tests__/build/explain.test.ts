import { describe, expect, test } from 'vitest'
import { explainBuildFailure, LostLayerFailure } from '../../src/build/explain.ts'
import { findCause } from '../../src/build/failed-step.ts'
import { renderError } from '../../src/failure.ts'
import { recorded, step, toEvents } from '../support/build-log.ts'

const explain = (log: string, dockerfile = 'services/worker/Dockerfile') =>
  explainBuildFailure({ name: 'worker', dockerfile }, 1, toEvents(recorded(log)))

test.each([
  ['make', 'worker: RUN make exited with 2: src/worker.c:14: error: expected ; before }', 5],
  [
    'compiler',
    'worker: RUN echo compiling;     for i in 1 2 3; do echo "cc -c file$i.c"; done;     e... exited with 2: src/worker.c:14: error: expected ; before }',
    2,
  ],
  ['heredoc', 'worker: RUN <<EOF (set -e...) exited with 1: hi', 2],
  ['missing-file', 'worker: COPY nothing.txt /x failed: "/nothing.txt": not found', 3],
  [
    'secret',
    'worker: RUN --mount=type=secret,id=x,required=true cat /run/secrets/x failed: secret x: not found',
    2,
  ],
  [
    'unknown-instruction',
    'worker: the build failed: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)',
    2,
  ],
])('%s: the image, the instruction and the cause, at the line', (log, message, line) => {
  const failure = explain(log)
  expect(failure.message.replace(/ +/g, ' ')).toBe(message.replace(/ +/g, ' '))
  expect(failure.location).toEqual({ file: 'services/worker/Dockerfile', line })
  expect(renderError(failure)).toContain(`services/worker/Dockerfile:${line}. The build's log`)
})

const failed = (reason: string) =>
  explainBuildFailure(
    { name: 'api', dockerfile: undefined },
    1,
    toEvents(`ERROR: failed to solve: ${reason}`),
  )

test.each(['process "make" did not complete successfully: exit code: 137', 'signal: killed'])(
  'what was killed (%s) is not left at a number',
  (reason) => {
    expect(failed(reason).remedy).toMatch(/killed, mostly by the kernel as memory ran out/)
  },
)

test("GitHub's answer by SSH, which begins as buildx' does, is told with what asked for it", () => {
  const { message, remedy } = failed(
    'failed to fetch remote git@github.com:acme/lib.git: git stderr:\nERROR: Repository not found.\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n: exit status 128\n',
  )
  expect(message).toBe(
    'api: the build failed: failed to fetch remote git@github.com:acme/lib.git: git stderr: ERROR: Repository not found. fatal: Could not read from remote repository.',
  )
  expect(remedy).toMatch(/^Git needs a token/)
})

test('what a registry refused has a remedy of its own', () => {
  expect(failed('failed to push ghcr.io/a/b:1: denied: installation not allowed').remedy).toMatch(
    /docker\/login-action/,
  )
})

test.each([
  [
    "a registry's own words",
    'hub.example/a/b:1: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://hub.example/v2/a/b/manifests/1: 403 Forbidden\ndenied: the artifact is quarantined\n',
    'denied: the artifact is quarantined',
  ],
  [
    "Git's",
    "failed to load cache key: error fetching default branch for repository https://github.com/acme/lib.git: git stderr:\nfatal: could not read Username for 'https://github.com': terminal prompts disabled\n: exit status 128\n",
    "git stderr: fatal: could not read Username for 'https://github.com': terminal prompts disabled : exit status 128",
  ],
])('%s, which come in lines of their own, are told', (_, reason, told) => {
  const { message } = failed(`${reason}\nView build details: docker-desktop://x\n`)
  expect(message.endsWith(told)).toBe(true)
})

test('a full disk is said where only a program has said it', () => {
  const log = `${step('RUN tar', 'tar: out: No space left on device')}ERROR: exit code: 2`
  const failure = explainBuildFailure({ name: 'api', dockerfile: 'Dockerfile' }, 1, toEvents(log))
  expect(failure.message).toContain('no space left on device')
})

test("a build's words stay one line, and no command", () => {
  const events = toEvents(recorded('make')).map((event) =>
    event.kind === 'output'
      ? {
          ...event,
          text: event.text.replace(
            'src/worker.c:14: error:',
            '\u001b[31mx.c:1: error: ##[set-output name=a]\u2028::',
          ),
        }
      : event,
  )
  const { message } = explainBuildFailure({ name: 'api', dockerfile: 'Dockerfile' }, 1, events)
  expect(message).toContain('x.c:1: error:')
  for (const bad of ['\u001b', '\u2028', '\n', '##[']) expect(message).not.toContain(bad)
})

describe('the line that says why', () => {
  test.each([
    [
      'gcc',
      [
        'gcc -c a.c',
        'a.c: In function f:',
        'a.c:3:5: error: x undeclared',
        'make: *** [a.o] Error 1',
      ],
      'a.c:3:5: error: x undeclared',
    ],
    [
      'tsc',
      ['> tsc', "src/a.ts(3,4): error TS2322: Type 'a'", 'npm error code 2'],
      "src/a.ts(3,4): error TS2322: Type 'a'",
    ],
    ['go', ['# acme/app', './main.go:5:2: undefined: x'], './main.go:5:2: undefined: x'],
    [
      'rustc',
      [
        'Compiling a',
        'error[E0425]: cannot find value `x`',
        ' --> src/main.rs:2:5',
        'error: could not compile `a`',
      ],
      'error[E0425]: cannot find value `x`',
    ],
    [
      'python',
      [
        'Traceback (most recent call last):',
        '  File "a.py", line 1',
        "ModuleNotFoundError: No module named 'x'",
      ],
      "ModuleNotFoundError: No module named 'x'",
    ],
    [
      'pip',
      [
        'Collecting x',
        'ERROR: Could not find a version that satisfies x',
        'ERROR: No matching distribution found for x',
      ],
      'ERROR: Could not find a version that satisfies x',
    ],
    [
      'apt',
      ['Reading package lists...', 'E: Unable to locate package foo'],
      'E: Unable to locate package foo',
    ],
    [
      'npm',
      [
        'npm error code E404',
        'npm error 404 Not Found - GET https://x',
        'npm error A complete log of this run',
      ],
      'npm error 404 Not Found - GET https://x',
    ],
    [
      'git',
      ["Cloning into 'x'...", 'fatal: Authentication failed for x'],
      'fatal: Authentication failed for x',
    ],
    ['a shell', ['/bin/sh: 1: uv: not found'], '/bin/sh: 1: uv: not found'],
    ['a program with words of its own', ['one', 'two', ''], 'two'],
    [
      'make alone',
      ['make: *** No rule to make target x.  Stop.'],
      'make: *** No rule to make target x.  Stop.',
    ],
  ])('%s', (_name, output, cause) => {
    expect(findCause(output)).toBe(cause)
  })

  test('nothing was printed', () => {
    expect(findCause(['', ' '])).toBeUndefined()
  })
})

test.each([
  [
    'ERROR: failed to solve: failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:c6d3 (application/vnd.oci.image.layer.v1.tar) from remote: not found',
    true,
  ],
  ['ERROR: failed to solve: blob sha256:c6d3 not found: unknown', true],
  ['ERROR: failed to solve: x/y:1: not found', false],
  [
    'ERROR: failed to solve: process "/bin/sh -c echo blob not found; false" did not complete successfully: exit code: 1',
    false,
  ],
])('%s: a layer is lost: %j', (text, isLost) => {
  const place = { name: 'api', dockerfile: 'Dockerfile' }
  const failure = explainBuildFailure(place, 1, [{ kind: 'text', text }])
  expect(failure instanceof LostLayerFailure).toBe(isLost)
  expect(failure.name).toBe('Failure')
})
