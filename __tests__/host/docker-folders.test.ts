import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dockerFolderOf, findDockerFolders } from '../../src/host/docker-folders.ts'
import { planOwnFolders } from '../../src/host/own-docker-folders.ts'

const home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
afterAll(() => rmSync(home, { recursive: true }))

test('the docker command looks where it is told to, then in the home', () => {
  expect(dockerFolderOf({ HOME: '/h', DOCKER_CONFIG: '/c' })).toBe('/c')
  expect(dockerFolderOf({ HOME: '/h', DOCKER_CONFIG: '' })).toBe('/h/.docker')
  expect(dockerFolderOf({})).toMatch(/^\/.+\/\.docker$/)
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

test('a relative folder is nobody’s to make', () => {
  expect(findDockerFolders({ DOCKER_CONFIG: 'not-there' }).config.isInReach).toBe(false)
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
