import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBadNetwork } from '../support/bad-network.ts'
import { useEngine } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import { type RealRegistry, registryProgram, startRealRegistry } from '../support/real-registry.ts'
import type { Run } from '../support/runner/types.ts'
import { buildTiny } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

describe.skipIf(registryProgram === undefined).each(['overlay2', 'containerd'] as const)(
  'images that Docker lacks, with %s',
  (store) => {
    let cluster: Cluster
    let registry: RealRegistry
    let [byTag, byDigest] = ['', '']
    const made: string[] = []

    const publish = async (name: string): Promise<string> => {
      const tag = `${registry.host}/${name}:1`
      await buildTiny(tag, ['/bin/sh'])
      await docker('push', '--quiet', tag)
      const listed = await docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag)
      const digest = /@(sha256:[0-9a-f]{64})/.exec(listed)?.[1] ?? ''
      await docker('rmi', '--force', tag)
      made.push(tag)
      return digest
    }
    const load = async (
      inputs: Readonly<Record<string, string>>,
      onLog: (text: string) => void = () => {},
    ): Promise<Run> => {
      const run = await runSlipway({ 'cluster-name': cluster.name, ...inputs }, { onLog })
      await run.dispose()
      return run
    }

    beforeAll(async () => {
      useEngine(store)
      cluster = await startCluster(2)
      registry = await startRealRegistry()
      byTag = `${registry.host}/team/web:1`
      await publish('team/web')
      byDigest = `${registry.host}/team/db@${await publish('team/db')}`
    })
    afterAll(async () => {
      await cluster?.remove()
      await registry?.stop()
      await docker('rmi', '--force', byTag, byDigest).catch(() => {})
    })

    test('they are pulled once, and all nodes have them by the names that pods ask for', async () => {
      const run = await load({ images: `${byTag}\n${byDigest}` })
      expect(run.log).not.toContain('##[error]')
      expect(run.exitCode).toBe(0)
      expect(run.log).toContain(`Pull ${byTag}: `)
      for (const node of cluster.nodes)
        expect(await imagesOf(node)).toEqual(expect.arrayContaining([byTag, byDigest]))
      const [node = ''] = cluster.nodes
      expect(await runPod(node, byDigest, ['/bin/sh', '-c', 'echo runs'])).toContain('runs')
      const again = await load({ images: byTag })
      expect(again.log).not.toContain(`Pull ${byTag}`)
      expect(again.exitCode).toBe(0)
    })

    test("Docker Hub's images come from a mirror, and nodes are told of it, too", async () => {
      const name = uniqueName('mirrored')
      await publish(`library/${name}`)
      const [first = '', second = ''] = cluster.nodes
      const file = '/etc/containerd/certs.d/docker.io/hosts.toml'
      // As kind's nodes have it since 0.27.
      const path =
        '[plugins."io.containerd.grpc.v1.cri".registry]\\nconfig_path = "/etc/containerd/certs.d"'
      await inNode(first, 'sh', '-c', `printf '${path}\\n' >>/etc/containerd/config.toml`)
      const run = await load({ images: `${name}:1`, 'registry-mirrors': registry.host })
      expect(run.log).not.toContain('##[error]')
      expect(run.log).toContain(`Pull ${name}:1: from ${registry.host}`)
      for (const node of cluster.nodes)
        expect(await imagesOf(node)).toContain(`docker.io/library/${name}:1`)
      expect(await docker('image', 'ls', '--format', '{{.Repository}}')).not.toContain(
        `${registry.host}/library/${name}`,
      )
      expect(await inNode(first, 'cat', file)).toContain(`[host."http://${registry.host}"]`)
      expect(run.log).toContain(`registry-mirrors: ${second} reads no mirrors`)
      await inNode(first, 'sh', '-c', `echo theirs >${file}`)
      const again = await load({ images: `${name}:1`, 'registry-mirrors': registry.host })
      expect(again.log).toContain(`registry-mirrors: ${first} has mirrors of its own`)
      expect(await inNode(first, 'cat', file)).toBe('theirs')
      await docker('rmi', '--force', `${name}:1`)
    })

    test('a limit that passes is told and tried again, as is an answer that is cut off', async () => {
      const fresh = `${registry.host}/team/limited:1`
      await buildTestImage(fresh, `FROM ${baseImage()}\nRUN head -c 9999 /dev/urandom >/x\n`)
      await docker('push', '--quiet', fresh)
      await docker('rmi', '--force', fresh)
      let isLimited = true
      let cuts = 0
      const network = await startBadNetwork(registry.host, ({ url }) => {
        if (!isLimited) {
          // The registry's trouble in the midst of a layer, once.
          const isCut = url.includes('/blobs/') && cuts === 0
          if (isCut) cuts += 1
          return isCut ? { cutAfter: 100, isReset: true } : undefined
        }
        if (!url.includes('/manifests/')) return undefined
        const message =
          'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
        const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] })
        const headers = { 'content-type': 'application/json' }
        return { answer: (response) => void response.writeHead(429, headers).end(body) }
      })
      const tag = `${network.host}/team/limited:1`
      const run = await load({ images: tag }, (text) => {
        if (text.includes('Trying again')) isLimited = false
      })
      expect(run.log).toMatch(
        /(?:pull rate limit|429 Too Many Requests).*\. Trying again in [\d.]+ s\./,
      )
      expect(run.exitCode).toBe(0)
      // The containerd store still has what was built, and asks for no layer.
      if (store === 'overlay2') expect(cuts).toBe(1)
      await docker('rmi', '--force', tag)
      await network.stop()
    })

    test('what is not there is told with what is, once, and images that are there are loaded', async () => {
      const missing = `${registry.host}/team/web:2`
      const run = await load({ images: `${byTag}\n${missing}`, 'fail-fast': 'false' })
      expect(run.exitCode).toBe(1)
      const errors = run.annotations.filter(({ level }) => level === 'error')
      expect(errors.map(({ message }) => message)).toEqual([
        expect.stringMatching(/has no 2 of team\/web.*nearest there are: 1\b/s),
      ])
      expect(run.summary).toMatch(new RegExp(`${byTag.replaceAll('.', '\\.')}.*loaded`))
      const never = await load({ images: missing, 'pull-images': 'never' })
      expect(never.annotations[0]?.message).toMatch(/does not have .*set pull-images to missing/s)
    })
  },
)
