import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeEnd } from '../../src/docker/docker.ts'
import { isWarning, withoutWarnings } from '../../src/docker/warnings.ts'
import { joinScript } from '../../src/load/helper.ts'

const warnings = [
  'time="2026-01-02T03:04:05Z" level=warning msg="DEPRECATION: The `a` property is deprecated"',
  'time="2026-01-02T03:04:05+01:00" level=info msg="no such image"',
  'time="2026-01-02T03:04:05Z" level=debug msg="error: refused"',
  'WARN[0000] runtime connect using default endpoints: [unix:///run/containerd/containerd.sock]',
  'INFO[2026-01-02T03:04:05Z] trying',
  'W0102 03:04:05.678901   12345 warnings.go:70] v1 Endpoints is deprecated',
  'I0102 03:04:05.678901   12345 request.go:752] Waited for 1.2s',
]
const errors = [
  'time="2026-01-02T03:04:05Z" level=fatal msg="get executable path: no such file"',
  'time="2026-01-02T03:04:05Z" level=error msg="level=warning"',
  'FATA[0000] validate service connection: refused',
  'ERRO[0000] no',
  'E0102 03:04:05.678901   12345 memcache.go:265] refused',
  'ctr: level=warning',
  'Error response from daemon: time="x" level=warning msg="y"',
  'cp: cannot create hard link: Invalid cross-device link',
  '',
]

test.each(warnings)('merely a warning: %s', (line) => expect(isWarning(line)).toBe(true))
test.each(['\u001b[33mWARN\u001b[0m[0000] coloured', '{"level":"warning","msg":"x"}'])(
  'also: %j',
  (line) => expect(isWarning(line)).toBe(true),
)
test.each(errors)('no warning: %s', (line) => expect(isWarning(line)).toBe(false))

describe('what is said of a failed command', () => {
  const [warning = ''] = warnings
  const ended = { code: 1, stdout: '', stderr: '', timedOut: false }

  test('has no warnings, before or after what it failed of', () => {
    const stderr = `${warning}\nctr: refused\n${warning}\n${warning}\n${warning}\n`
    expect(describeEnd({ ...ended, stderr })).toBe('exit code 1: ctr: refused')
    expect(withoutWarnings(stderr).trim()).toBe('ctr: refused')
  })

  test('is what it printed, when it only warned', () => {
    const said = { ...ended, stdout: 'not found\n', stderr: `${warning}\n` }
    expect(describeEnd(said)).toBe('exit code 1: not found')
  })
})

describe('the helper', () => {
  const folder = mkdtempSync(join(tmpdir(), 'words-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const lastWords = (text: string): string => {
    writeFileSync(join(folder, 'said'), text)
    const script = `${joinScript('node')}\nlast_words ${folder}/said`
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim()
  }

  test.each(errors.filter(Boolean))('takes the same lines for errors: %s', (line) => {
    expect(lastWords([...warnings, line, ...warnings, ''].join('\n'))).toBe(line)
  })

  test('has no last words of a program that only warned', () => {
    expect(lastWords(`${warnings.join('\n')}\n`)).toBe('')
  })
})
