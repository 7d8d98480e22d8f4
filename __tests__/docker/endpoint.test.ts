import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { findSocket } from '../../src/docker/socket.ts'

const home = mkdtempSync(join(tmpdir(), 'endpoint-'))
const config = join(home, 'config.json')
const env = { DOCKER_CONFIG: home }
afterAll(() => rmSync(home, { recursive: true }))
beforeEach(() => rmSync(config, { force: true }))

test('without any settings it is the usual socket', () => {
  expect(findSocket(env)).toBe('/var/run/docker.sock')
  expect(findSocket({ ...env, DOCKER_HOST: '', DOCKER_CONTEXT: '' })).toBe('/var/run/docker.sock')
  expect(findSocket({ ...env, DOCKER_CONTEXT: 'default' })).toBe('/var/run/docker.sock')
})

test('DOCKER_HOST comes before any context', () => {
  writeFileSync(config, '{"currentContext": "far"}')
  expect(
    findSocket({ ...env, DOCKER_HOST: 'unix:///run/user/1/docker.sock', DOCKER_CONTEXT: 'far' }),
  ).toBe('/run/user/1/docker.sock')
})

test.each([
  'ssh://host',
  'tcp://127.0.0.1:2376',
  'npipe:////./pipe/docker_engine',
  'unix://relative',
])('only the docker command knows the way to %s', (DOCKER_HOST) => {
  expect(findSocket({ ...env, DOCKER_HOST })).toBeUndefined()
})

test('a context is left to the docker command', () => {
  expect(findSocket({ ...env, DOCKER_CONTEXT: 'rootless' })).toBeUndefined()
  writeFileSync(config, '{"currentContext": "rootless"}')
  expect(findSocket(env)).toBeUndefined()
  expect(findSocket({ HOME: '/nowhere', DOCKER_CONFIG: home })).toBeUndefined()
})

test.each(['{"currentContext": "default"}', '{"currentContext": ""}', '{}', 'null', '{'])(
  'a config.json of %s names no context',
  (text) => {
    writeFileSync(config, text)
    expect(findSocket(env)).toBe('/var/run/docker.sock')
  },
)
