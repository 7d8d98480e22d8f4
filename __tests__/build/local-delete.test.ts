import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBakeArgs } from '../../src/build/bake-command.ts'
import { printTargets } from '../../src/build/print-targets.ts'
import { toTargets } from '../../src/build/target.ts'
import type { Docker } from '../../src/docker/docker.ts'
import { renderError } from '../../src/failure.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { read } from '../support/read.ts'

let workspace: string
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'local-delete-'))
  mkdirSync(join(workspace, 'app'))
  symlinkSync('.', join(workspace, 'all'))
  symlinkSync('/tmp', join(workspace, 'outside'))
  symlinkSync('app', join(workspace, 'inside'))
})
afterAll(() => rmSync(workspace, { recursive: true }))

/** A docker command whose Bake prints one target with an output, and whose buildx is of a version. */
const dockerWith = (output: unknown, version: string): Docker => {
  const printed = { target: { default: { context: '.', tags: ['a:1'], output: [output] } } }
  return {
    command: () => ({ env: {} }),
    try: async ([, command]: readonly string[]) => ({
      ...{ code: 0, stderr: '', timedOut: false },
      stdout:
        command === 'version' ? `github.com/docker/buildx ${version} abc` : JSON.stringify(printed),
    }),
  } as unknown as Docker
}

const own = { context: '.', tags: 'a:1' }

/** What Bake is told of an output's folder, or why it is not. */
const allowed = async (
  dest: string,
  { raw = own, version = 'v0.35.0' }: { raw?: RawInputs; version?: string } = {},
): Promise<string> => {
  const output = { type: 'local', dest, mode: 'delete' }
  const { bake, allow } = read(raw, { workspace })
  if (bake === undefined) throw new Error('no bake')
  const { isSingle, definition } = bake
  try {
    const found = await printTargets(dockerWith(output, version), bake, allow, workspace)
    const options = { isSingle, isOwn: definition !== undefined }
    const args = toTargets(found, 'remote', 'run', options).map((target) =>
      toBakeArgs(target, 'f', 'm', [], '/layout').join(' '),
    )
    return /--allow=buildx\S+/.exec(args.join(' '))?.[0] ?? 'nothing'
  } catch (error) {
    return renderError(error)
  }
}

const flag = '--allow=buildx.local.delete'

test('an output of the step may delete in a folder below the workspace', async () => {
  for (const dest of ['out', './a/b', 'inside', 'inside/out'])
    expect(await allowed(dest)).toBe(flag)
  expect(await allowed(join(workspace, 'out'))).toBe(flag)
})

test('it may nowhere else, unless the step allows it', async () => {
  const raw = { ...own, allow: 'buildx.local.delete' }
  for (const dest of ['.', 'all', 'outside/x', '../x', '/tmp', 'app/..']) {
    expect(await allowed(dest)).toContain(
      `mode=delete would delete files in ${JSON.stringify(dest)}, which is no folder below the workspace`,
    )
    expect(await allowed(dest, { raw })).toBe(flag)
  }
})

test('a buildx that does not know the word does not get it', async () => {
  for (const version of ['v0.34.1', 'v0.0.0', 'unknown'])
    for (const dest of ['out', '.']) expect(await allowed(dest, { version })).toBe('nothing')
})

test('a Bake file has no such output', async () => {
  for (const allow of ['', 'buildx.local.delete']) {
    const raw = { 'bake-files': 'b.hcl', allow }
    expect(await allowed('out', { raw })).toBe('nothing')
  }
})
