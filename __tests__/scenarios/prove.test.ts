import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { useEngine } from '../support/loading.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  helpersOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

type Report = {
  readonly image: string
  readonly totalBytes: number
  readonly packedBytes: number
  readonly proof?: {
    readonly bytes: number
    readonly removed: readonly string[]
    readonly passed: boolean
    readonly brokenBy: readonly string[]
    readonly runs: number
  }
}

// A name that is no text, with what Docker's archives take for a mark, longer than a header has room for.
const odd = `$(printf "x\\377\\n;rm -rf * .wh.%0150d")`

const sinful = () => `FROM ${baseImage()}
RUN mkdir -p /root/.cache/pip/http /opt/own && chown 7:8 /root/.cache && chmod 711 /root/.cache && head -c 3000000 /dev/urandom >/root/.cache/pip/http/a && ln -s a /root/.cache/pip/b
RUN mkdir -p /app/.git && echo main >/app/.git/HEAD && truncate -s 300000 /app/.git/pack
RUN truncate -s 12000000 "/var/log/${odd}app.log"
RUN truncate -s 5000000 /opt/own/1 && truncate -s 4000000 /opt/own/2
RUN chown 7:8 /opt/own/1 && rm /opt/own/2
`

/** The same, as its findings advise. */
const rebuilt = () => `FROM ${baseImage()}
RUN mkdir -p /root/.cache /opt/own && chown 7:8 /root/.cache && chmod 711 /root/.cache
RUN mkdir -p /app/.git && echo main >/app/.git/HEAD && truncate -s 300000 /app/.git/pack
RUN truncate -s 5000000 /opt/own/1 && chown 7:8 /opt/own/1
`

/** What the test sees where it fails; it needs the repository. */
const command = `echo seen: $(cd /root/.cache && stat -c %n,%a,%u,%g . *) $(cat /var/log/*app.log | wc -c) $(stat -c %u,%s /opt/own/*)
cat /app/.git/HEAD`

const imagesOf = ({ state }: Run): Promise<string> => {
  const reference = `reference=slipway.invalid/base/${state['run-id']}`
  return docker('image', 'ls', '--quiet', '--filter', reference)
}

describe.each(['overlay2', 'containerd'] as const)('a proof by removal in %s', (store) => {
  const name = uniqueName('prove')
  const [sin, better] = [`${name}-sinful:1`, `${name}-rebuilt:1`]
  let cluster: Cluster
  let workspace = ''
  let run: Run
  let reports: readonly Report[] = []
  const reportOf = (image: string) => reports.find((each) => each.image === image)
  beforeAll(async () => {
    useEngine(store)
    cluster = await startCluster()
    workspace = await mkdtemp(join(tmpdir(), 'slipway-prove-'))
    await writeFile(join(workspace, 'Dockerfile'), sinful())
    await writeFile(join(workspace, 'rebuilt.Dockerfile'), rebuilt())
    const builds = `- context: .\n  tags: ${sin}\n- context: .\n  file: rebuilt.Dockerfile\n  tags: ${better}\n`
    const inputs = { 'cluster-name': cluster.name, builds, 'image-report': 'full', prove: command }
    run = await runSlipway(inputs, { github: { workspace } })
    expect(run.log).not.toContain('##[error]')
    expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
    reports = JSON.parse(run.outputs['image-report'] ?? '[]')
  })
  afterAll(async () => {
    await run?.dispose()
    await cluster?.remove()
    await docker('rmi', '--force', sin, better)
    await rm(workspace, { recursive: true, force: true })
  })

  test('finds what the test needs, and that it passes without all else', () => {
    const { removed, ...rest } = reportOf(sin)?.proof ?? {}
    const rules = ['cache-pip', 'deleted-later', 'log-file', 'metadata-copies']
    expect(removed?.toSorted()).toEqual(rules)
    expect(rest).toMatchObject({ passed: true, brokenBy: ['git-folder'] })
    expect(run.log).toContain('Your test fails without what git-folder (Dockerfile:3) found')
    expect(run.summary).toContain('your test passes')
  })

  test('says the size of the rebuilt image', () => {
    expect(reportOf(sin)?.proof?.bytes).toBe(reportOf(better)?.totalBytes)
  })

  test('shows the test what a rebuilt image would: folders with their owners, and nothing else gone', () => {
    // What tests say where they fail last: without the repository, of either image.
    const seen = run.log.match(/seen: \..*/g)
    expect(seen).toEqual(Array.from({ length: 2 }, () => 'seen: .,711,7,8 0 7,5000000'))
  })

  test('leaves nothing behind', async () => {
    expect(await imagesOf(run)).toBe('')
  })

  test('leaves nothing when it is killed while the test runs', async () => {
    // It goes on only where something is gone, so it is the second run that is met.
    const hanging = `test -d /root/.cache/pip || sleep 600`
    let main: number | undefined
    const running = runSlipway(
      { 'cluster-name': cluster.name, images: sin, 'image-report': 'full', prove: hanging },
      {
        onSpawn: (pid, phase) => {
          if (phase === 'main') main = pid
        },
      },
    )
    const there = async () => {
      const ids = (
        await docker('ps', '--quiet', '--no-trunc', '--filter', 'label=dev.slipway.run')
      ).split('\n')
      const commands = await Promise.all(
        ids
          .filter(Boolean)
          .map((id) =>
            docker('inspect', '--format', '{{.Config.Image}} {{.Args}}', id).catch(() => ''),
          ),
      )
      return commands.some(
        (each) => each.startsWith('slipway.invalid/base/') && each.includes(hanging),
      )
    }
    await eventually('the test runs without the cache', there, 120_000)
    // Of other numbers, some mean all processes of the machine.
    if (main === undefined || main <= 1) throw new Error('main was not started')
    process.kill(main, 'SIGKILL')
    const ended = await running
    expect(ended.conclusion).not.toBe('success')
    expect([await helpersOf(ended.state), await imagesOf(ended)]).toEqual([[], ''])
    await ended.dispose()
  }, 300_000)
})
