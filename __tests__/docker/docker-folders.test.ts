import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  dockerFolderOf,
  findDockerFolders,
  pinDockerFolders,
} from '../../src/docker/docker-folders.ts'
import { planOwnFolders } from '../../src/docker/prepare-config.ts'
import { findSocket } from '../../src/docker/socket.ts'

const home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
afterAll(() => rmSync(home, { recursive: true }))

test('the docker command looks where it is told to, then in the home', () => {
  expect(dockerFolderOf({ HOME: '/h', DOCKER_CONFIG: '/c' })).toBe('/c')
  expect(dockerFolderOf({ HOME: '/h', DOCKER_CONFIG: '' })).toBe('/h/.docker')
  expect(dockerFolderOf({})).toMatch(/^\/.+\/\.docker$/)
})

test('without a home no folder is docker’s, and least of all that of the workspace', () => {
  const homeless = { HOME: '.', PATH: '/bin' }
  expect(dockerFolderOf(homeless)).toBeUndefined()
  expect(findDockerFolders(homeless)).toEqual({
    config: { path: undefined, isInReach: false },
    buildx: { path: undefined, isUsable: false },
  })
  const pinned = pinDockerFolders(homeless)
  expect(pinned['DOCKER_CONFIG']).toMatch(/^\/.*\/slipway-nowhere-[0-9a-f]{32}$/)
  // It is still none that anybody gave.
  expect(dockerFolderOf(pinned)).toBeUndefined()
  expect(pinDockerFolders(pinned)).toEqual(pinned)
  expect(planOwnFolders(findDockerFolders(pinned), '/t').variables).toEqual({
    DOCKER_CONFIG: '/t/docker',
    BUILDX_CONFIG: '/t/docker/buildx',
  })
})

test('a context of the workspace’s own .docker is nobody’s', () => {
  const workspace = mkdtempSync(join(home, 'workspace-'))
  mkdirSync(join(workspace, '.docker'))
  writeFileSync(join(workspace, '.docker', 'config.json'), '{"currentContext": "theirs"}')
  const before = process.cwd()
  process.chdir(workspace)
  try {
    expect(findSocket({ HOME: '.' })).toBe('/var/run/docker.sock')
    expect(findSocket({ HOME: '.', DOCKER_CONFIG: '.docker' })).toBeUndefined()
  } finally {
    process.chdir(before)
  }
})

test('folders that somebody gives relatively are the same ones wherever a command is started', () => {
  expect(pinDockerFolders({ HOME: '/h', DOCKER_CONFIG: 'a', BUILDX_CONFIG: './b' })).toEqual({
    HOME: '/h',
    DOCKER_CONFIG: resolve('a'),
    BUILDX_CONFIG: resolve('b'),
  })
  const whole = { HOME: '/h', DOCKER_CONFIG: '/a', BUILDX_CONFIG: '' }
  expect(pinDockerFolders(whole)).toEqual(whole)
  expect(pinDockerFolders({ HOME: '/h' })).toEqual({ HOME: '/h' })
})

test('what is missing is in reach where docker can make it', () => {
  expect(findDockerFolders({ HOME: home })).toEqual({
    config: { path: `${home}/.docker`, isInReach: true },
    buildx: { path: `${home}/.docker/buildx`, isUsable: true },
  })
  expect(findDockerFolders({ HOME: `${home}/a/b` }).config.isInReach).toBe(true)
  const file = join(home, 'file')
  writeFileSync(file, '')
  expect(findDockerFolders({ HOME: file })).toMatchObject({
    config: { isInReach: false },
    buildx: { isUsable: false },
  })
})

test('buildx may have a folder elsewhere', () => {
  const env = { HOME: join(home, 'file'), BUILDX_CONFIG: join(home, 'buildx') }
  const found = findDockerFolders(env)
  expect(found.buildx).toEqual({ path: env.BUILDX_CONFIG, isUsable: true })
  expect(planOwnFolders(found, '/t')).toEqual({
    variables: { DOCKER_CONFIG: '/t/docker' },
    builders: undefined,
  })
})

const plan = (isInReach: boolean, isUsable: boolean) =>
  planOwnFolders(
    { config: { path: '/c', isInReach }, buildx: { path: '/c/buildx', isUsable } },
    '/t',
  )

test('what works stays as it is', () => {
  expect(plan(true, true)).toEqual({ variables: {}, builders: undefined })
})

test('where only buildx cannot write, logins stay where they are', () => {
  expect(plan(true, false)).toEqual({
    variables: { BUILDX_CONFIG: '/t/docker/buildx' },
    builders: { from: '/c/buildx', to: '/t/docker/buildx' },
  })
})

test('where no login is in reach, docker gets a folder of its own, and buildx has one in it', () => {
  expect(plan(false, false)).toEqual({
    variables: { DOCKER_CONFIG: '/t/docker', BUILDX_CONFIG: '/t/docker/buildx' },
    builders: undefined,
  })
})
