import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { withoutPruning } from '../support/builder-turn.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { forget } from '../support/cold-builds.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { digestInDocker, loadInto, useEngine, warningsOf } from '../support/loading.ts'
import { mintFor } from '../support/mint-for.ts'
import { coarseDigestCommand, oddDockerfile, oddFiles } from '../support/odd-image.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let cluster: Cluster
let service: CacheService
let github: GitHub
let files: Server
/** Of the server of files. */
let host: string
let workspace: string
const name = uniqueName('kinds').replace('-', '')
const served = randomBytes(30_000)
/** Paths that the server of files was asked for. */
const asked: string[] = []

beforeAll(async () => {
  useEngine('containerd')
  cluster = await startCluster()
  service = await startCacheService()
  github = await startGitHub()
  workspace = await mkdtemp(join(tmpdir(), 'kinds-'))
  files = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'content-length': served.length, etag: '"one"' })
    response.end(request.method === 'HEAD' ? undefined : served)
  })
  files.listen(0, '127.0.0.1')
  await once(files, 'listening')
  host = `127.0.0.1:${(files.address() as AddressInfo).port}`
  await buildTestImage(
    `${name}/on:1`,
    `FROM ${baseImage()}\nONBUILD COPY one /on-one\nONBUILD RUN cat /on-one /on-one >/on-two\n`,
  )
  // Nodes have what all images are built upon.
  await loadInto(cluster, { images: baseImage() })
})
afterAll(async () => {
  files?.close()
  await Promise.all([cluster?.remove(), service?.stop(), github?.stop()])
  const ours = await docker('image', 'ls', '--quiet', '--filter', `reference=${name}/*`)
  await docker('rmi', '--force', ...ours.split('\n'))
  await rm(workspace, { recursive: true })
})

/** As on a machine that never saw these builds, but has the base. */
const forgetAll = async (): Promise<void> => {
  const [node = ''] = cluster.nodes
  const ours = (await imagesOf(node)).filter((each) => each.includes(name))
  if (ours.length > 0) await ctr(node, 'images', 'remove', '--sync', ...ours)
  for (const word of [name, host, new URL(github.serverUrl).host]) await forget(word)
}

const from = (stage: string): string => `FROM ${baseImage()} AS ${name}${stage}`

const kinds: Readonly<Record<string, () => readonly string[]>> = {
  'many stages': () => [
    from('large'),
    `RUN head -c 11000000 /dev/urandom >/${name}-large`,
    ...Array.from({ length: 12 }, (_, at) => [
      at === 0 ? from('0') : `FROM ${name}${at - 1} AS ${name}${at}`,
      `RUN echo ${at} >>/${name}-steps`,
      ...(at % 3 === 0 ? [`COPY --from=${name}large /${name}-large /large-${at}`] : []),
      ...(at % 4 === 0 ? [`RUN md5sum /${name}-steps /large-* >/sum-${at}`] : []),
    ]).flat(),
    `FROM ${name}11 AS ${name}unused`,
    'RUN exit 1',
    from('last'),
    ...Array.from({ length: 12 }, (_, at) => `COPY --from=${name}${at} /${name}-steps /s/${at}`),
    `COPY --from=${name}8 /sum-8 /`,
  ],
  'copies with --link': () => [
    from('made'),
    `RUN mkdir -p /made/a/b && echo ${name} >/made/a/b/c && ln -s c /made/a/b/link`,
    from('linked'),
    'COPY --link one /1/one',
    'COPY --link --chmod=0640 --chown=12:34 one two /2/',
    `COPY --link --from=${name}made /made/ /3/`,
    `RUN ls -lR /1 /2 /3 | grep -v total >/${name}-list && rm /2/two`,
    'ADD --link one two /4/',
  ],
  'a base that says ONBUILD': () => [
    `FROM ${name}/on:1 AS ${name}on`,
    `RUN md5sum /on-one /on-two >/${name}-sums`,
  ],
  heredocs: () => [
    from('here'),
    'RUN <<EOF',
    'set -e',
    `echo "one $((1 + 1))" >/${name}-one`,
    `cat /${name}-one >>/${name}-two`,
    'EOF',
    `COPY <<-"RAW" <<OTHER /${name}/`,
    '\t$HOME stays',
    'RAW',
    'has \\$HOME',
    'OTHER',
    `RUN <<A cat >/${name}-three && <<B cat >>/${name}-three`,
    'first',
    'A',
    'second',
    'B',
    "RUN <<'EOF' perl",
    `open(my $out, ">", "/${name}-perl"); print $out "perl\\n";`,
    'EOF',
  ],
  'repositories and addresses': () => [
    from('git'),
    `ADD ${github.serverUrl}/acme/private-one.git#main /${name}/git`,
    from('added'),
    `ADD http://${host}/${name}/plain /added/plain`,
    `ADD --chmod=0755 --checksum=sha256:${createHash('sha256').update(served).digest('hex')} http://${host}/${name}/sure /added/sure`,
    `COPY --link --from=${name}git /${name}/git /added/git`,
    `RUN md5sum /added/plain /added/sure /added/git/NAME.txt >/${name}-sums`,
  ],
  'mounts and what is no layer': () => [
    from('made'),
    `ARG WORD=${name}`,
    'RUN echo "$WORD" >/word',
    from('mounted'),
    `ENV WHO=${name}`,
    `LABEL of=${name}`,
    'WORKDIR /made/by/workdir',
    `RUN --mount=type=bind,from=${name}made,target=/m --mount=type=tmpfs,target=/t cp /m/word . && touch /t/x`,
    `RUN --mount=type=bind,source=two,target=/two --network=none cat /two >two; useradd ${name.slice(0, 20)}`,
    `RUN --mount=type=cache,id=${name},target=/tmp/c date >/tmp/c/now`,
    `USER ${name.slice(0, 20)}`,
    'RUN id -un >/tmp/who',
    'USER root',
    'EXPOSE 80',
    'ENTRYPOINT []',
    'CMD ["true"]',
  ],
  'all that a copy can get wrong': () => [oddDockerfile().replace('FROM', `ARG W=${name}\nFROM`)],
}

const run = (tag: string): Promise<Run> =>
  runSlipway(
    {
      ...credentialsOf(github),
      'secret-id': 'GIT_AUTH_TOKEN',
      ...{ context: '.', tags: tag, 'cluster-name': cluster.name, 'build-cache': 'true' },
    },
    {
      github: { workspace },
      runtime: { token: service.token, resultsUrl: service.resultsUrl },
    },
  )

/** The config of the image as the node has it: what is run, and which layers it has. */
const configInNode = (image: Run): Promise<string> =>
  ctr(cluster.nodes[0] ?? '', 'content', 'get', image.outputs['image-id'] ?? '')

/** In a cache, steps that make the same layer, such as an empty one, have one time between them. */
const withoutTimes = (config: string): unknown => {
  const { history, created: _, ...rest } = JSON.parse(config)
  return { ...rest, history: history.map(({ created: __, ...step }: { created: string }) => step) }
}

/** What a plain build makes, where the builder has all of it. */
const buildPlainly = async (tag: string): Promise<string> => {
  const layout = join(workspace, 'layout')
  const { token } = await mintFor(github, 'acme')
  process.env['TEST_GIT_TOKEN'] = token.expose()
  const secret = '--secret=id=GIT_AUTH_TOKEN,env=TEST_GIT_TOKEN'
  const build = (output: string) =>
    docker('buildx', 'build', '--quiet', '--provenance=false', secret, output, workspace)
  await build(`--output=type=docker,name=${tag}`)
  await build(`--output=type=oci,tar=false,dest=${layout}`)
  const read = async (digest: string) =>
    readFile(join(layout, 'blobs', digest.replace(':', '/')), 'utf8')
  const { manifests } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'))
  const { config } = JSON.parse(await read(manifests[0].digest))
  const text = await read(config.digest)
  await rm(layout, { recursive: true })
  return text
}

test.each(Object.keys(kinds))(
  '%s: built from the cache, it is what a plain build makes',
  async (kind) => {
    await writeFiles(workspace, {
      ...oddFiles,
      one: `one of ${kind}\n`,
      two: 'two\n',
      '.dockerignore': 'layout\n',
      Dockerfile: `${kinds[kind]?.().join('\n')}\n`,
    })
    const tag = `${name}/app:${kind.replaceAll(/\W/g, '-')}`
    const [node = ''] = cluster.nodes
    const first = await withoutPruning(async () => {
      const image = await run(tag)
      expect(image.log).not.toContain('##[error]')
      const inNode = JSON.parse(await configInNode(image))
      expect(inNode).toEqual(JSON.parse(await buildPlainly(tag)))
      return image
    })
    expect(warningsOf(first)).toEqual([])
    const config = await configInNode(first)
    const tree = await digestInDocker(tag, coarseDigestCommand)
    expect(await runPod(node, tag, coarseDigestCommand)).toBe(tree)
    await docker('rmi', '--force', tag)

    await forgetAll()
    asked.splice(0)
    const seen = service.requests.length
    const second = await withoutPruning(() => run(tag))
    expect(second.log).not.toContain('##[error]')
    expect(warningsOf(second)).toEqual([])
    expect(second.log).toMatch(/build-cache: (\d+) of \1 steps hit, /)
    expect(withoutTimes(await configInNode(second))).toEqual(withoutTimes(config))
    expect(await runPod(node, tag, coarseDigestCommand)).toBe(tree)
    // What has a checksum is known without being asked for; of the other file BuildKit has to see that it is the same.
    expect(asked).toEqual(kind.includes('addresses') ? [`GET /${name}/plain`] : [])
    // Nothing of other stages is fetched, and nothing that the node has.
    const { diff_ids } = JSON.parse(config).rootfs
    for (const { name: request, key = '' } of service.requests.slice(seen)) {
      const [, digest] = /^slipway-layer-v1-(\w+)/.exec(key) ?? []
      if (request === 'GET blob' && digest !== undefined)
        expect(diff_ids).toContain(`sha256:${digest}`)
    }
    await Promise.all([first.dispose(), second.dispose()])
    await forgetAll()
  },
)
