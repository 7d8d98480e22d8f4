import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { printTargets } from '../../src/build/print-targets.ts'
import type { Docker } from '../../src/docker/docker.ts'
import { read } from '../support/read.ts'

type Answer = { readonly code: number; readonly stdout?: string; readonly stderr?: string }

/** A docker command that gives one answer after another. */
const answering = (...answers: readonly Answer[]) => {
  const asked: (readonly string[])[] = []
  const attempt: Docker['try'] = async (args) => {
    asked.push(args)
    return { stdout: '', stderr: '', timedOut: false, code: 1, ...answers[asked.length - 1] }
  }
  return { asked, docker: { try: attempt } as Docker }
}

const printing = (context: string): Answer => ({
  code: 0,
  stdout: JSON.stringify({ target: { a: { context, tags: ['a:1'] } } }),
})

const printIn = async (docker: Docker, file: string, workspace: string, allow = '') => {
  const { bake, allow: allowances } = read({ 'bake-files': file, allow }, { workspace })
  if (bake === undefined) throw new Error('no bake')
  return printTargets(docker, bake, allowances, workspace)
}
const print = (docker: Docker) => printIn(docker, 'f.hcl', '/work', 'fs.read=/etc')

test('what a target needs is known with it', async () => {
  const { docker, asked } = answering(printing('/etc'))
  const [target] = await print(docker)
  expect(target?.allowances).toEqual(['fs.read=/etc'])
  expect(asked).toHaveLength(1)
})

test('a Bake that does not know --allow is asked without it, and checked all the same', async () => {
  const old = { code: 125, stderr: 'unknown flag: --allow\nSee ...' }
  const { docker, asked } = answering(old, printing('/etc'))
  const [target] = await print(docker)
  expect(target?.allowances).toBeUndefined()
  expect(asked[1]?.join(' ')).not.toContain('--allow')
  await expect(print(answering(old, printing('/root')).docker)).rejects.toThrow(
    'needs fs.read=/root',
  )
})

test('what Bake would read by itself is checked before it is asked', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'print-targets-'))
  symlinkSync('/etc/hostname', join(workspace, '.env'))
  const { docker, asked } = answering(printing('.'))
  await expect(printIn(docker, 'f.hcl', workspace)).rejects.toThrow(
    '- f.hcl: .env reads ".env" outside the workspace, needs fs.read=/etc/hostname',
  )
  rmSync(join(workspace, '.env'))
  writeFileSync(join(workspace, 'f.yaml'), 'services: { a: { env_file: /etc/shadow } }')
  await expect(printIn(docker, 'f.yaml', workspace)).rejects.toThrow('needs fs.read=/etc/shadow')
  expect(asked).toEqual([])
  rmSync(workspace, { recursive: true })
})

test('what Bake says of a bad file is told once', async () => {
  const { docker, asked } = answering({ code: 1, stderr: 'no such target' })
  await expect(print(docker)).rejects.toThrow('no such target')
  expect(asked).toHaveLength(1)
})

test('a policy is as Bake reads it, and not as Bake prints it', async () => {
  const wholly = { Reset: false, Disabled: false, Strict: null, LogLevel: null }
  const files = [
    { Filename: 'app/p.rego', Data: null },
    { Filename: 'cwd://a,"b".rego', Data: 'cGFja2FnZQ==' },
  ]
  const policy = [
    { ...wholly, Files: files, Reset: true, Strict: false, LogLevel: 'debug' },
    { ...wholly, Files: null, Disabled: true },
    'filename=later.rego',
  ]
  const target = { a: { context: '.', tags: ['a:1'], policy } }
  const { docker } = answering({ code: 0, stdout: JSON.stringify({ target }) })
  const [found] = await print(docker)
  expect(found?.definition['policy']).toEqual([
    'filename=app/p.rego,"filename=cwd://a,""b"".rego",reset=true,strict=false,log-level=debug',
    'disabled=true',
    'filename=later.rego',
  ])
})

test('a policy outside of the workspace has to be allowed', async () => {
  const policyOf = (Filename: string): Answer => {
    const target = { a: { context: '.', tags: ['a:1'], policy: [{ Files: [{ Filename }] }] } }
    return { code: 0, stdout: JSON.stringify({ target }) }
  }
  for (const path of ['/root/key', 'cwd:///root/key', '../root/key'])
    await expect(print(answering(policyOf(path)).docker)).rejects.toThrow('needs fs.read=/root/key')
  const [inside] = await print(answering(policyOf('p.rego')).docker)
  expect(inside?.allowances).toEqual([])
})
