import { expect, test } from 'vitest'
import type { Docker } from '../../src/docker/docker.ts'
import { findBuilder, findBuildxVersion, parseBuilder } from '../../src/docker/info.ts'

const printed = `Name:          two
Driver:        docker-container

Nodes:
Name:             two0
Endpoint:         unix:///var/run/docker.sock
BuildKit version: v0.25.1
Platforms:        linux/amd64*, linux/amd64/v2
Name:             two1
Endpoint:         tcp://other:1234
BuildKit version: 0.12.5
Platforms:        linux/arm64
`

test('a builder has the platforms and versions of all its nodes', () => {
  expect(parseBuilder(printed, true)).toMatchObject({
    driver: 'docker-container',
    isLocal: false,
    platforms: ['linux/amd64', 'linux/amd64/v2', 'linux/arm64'],
    versions: [
      [0, 25],
      [0, 12],
    ],
  })
  expect(parseBuilder('Driver: remote\nStatus: inactive\n', true)).toMatchObject({
    platforms: [],
    versions: [],
  })
})

/** A buildx that has no builder to show. */
const answering = (stdout: string): Docker => {
  const attempt: Docker['try'] = async ([, word]) => ({
    stdout,
    stderr: word === 'inspect' ? 'ERROR: no builder "gone" found' : '',
    timedOut: false,
    code: word === 'inspect' ? 1 : 0,
  })
  return { try: attempt } as Docker
}

test('a builder that was named and is not there is said to be so', async () => {
  const docker = answering('')
  await expect(findBuilder(docker, 'gone')).rejects.toThrow(
    /^buildx cannot use the builder gone: .*no builder "gone" found/,
  )
  expect(await findBuilder(docker)).toBeUndefined()
})

test.each([
  ['github.com/docker/buildx v0.29.1 abcdef', [0, 29]],
  ['github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-4', [0, 13]],
  ['github.com/docker/buildx abcdef', undefined],
])('%s', async (text, version) => {
  expect(await findBuildxVersion(answering(text))).toEqual(version)
})
