import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useEngine } from '../support/loading.ts'
import { oddDockerfile, oddFiles } from '../support/odd-image.ts'
import type { Run } from '../support/runner/types.ts'
import { buildDeep } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  helpersOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

type Report = {
  readonly image: string
  readonly totalBytes: number
  readonly layers: readonly { readonly bytes: number; readonly files: number }[]
  readonly findings: readonly { readonly rule: string; readonly bytes: number }[]
}

/** As many as Docker allows. */
const mostLayers = 127
const [folders, filesEach] = [120, 1_000]

const many = [
  `FROM ${baseImage()}`,
  `RUN mkdir /many && cd /many && for i in $(seq ${folders}); do mkdir $i && seq ${filesEach} | sed "s,^,$i/," | xargs touch; done`,
  'RUN rm -r /many/7',
]

/** Who writes a name may want to be read as a command, as Markdown, or as a line of its own. */
const planted = '/var/log/$(printf "a|b\\n::error::planted\\n<img src=x>[x](http:y)\\033[2J").log'
const hostile = [`FROM ${baseImage()}`, `RUN head -c 12000000 /dev/zero >"${planted}"`]

describe.each(['overlay2', 'containerd'] as const)('images of odd shapes in %s', (store) => {
  const name = uniqueName('shape')
  const [manyTag, deep, odd, named] = ['many', 'deep', 'odd', 'named'].map(
    (each) => `${name}-${each}:1`,
  )
  let cluster: Cluster
  let run: Run
  let reports: readonly Report[] = []
  const reportOf = (tag = ''): Report | undefined => reports.find(({ image }) => image === tag)
  /** What Docker says that all layers have. */
  const sizeOf = async (tag = ''): Promise<number> => {
    const format = ['--human=false', '--format', '{{.Size}}']
    const sizes = await docker('image', 'history', ...format, tag)
    return sizes.split('\n').reduce((sum, size) => sum + Number(size), 0)
  }

  beforeAll(async () => {
    useEngine(store)
    cluster = await startCluster()
    await buildTestImage(manyTag ?? '', `${many.join('\n')}\n`)
    await buildTestImage(odd ?? '', oddDockerfile(), oddFiles)
    await buildDeep(deep ?? '', odd ?? '', mostLayers)
    await buildTestImage(named ?? '', `${hostile.join('\n')}\n`)
    const images = [manyTag, deep, named].join('\n')
    run = await runSlipway({ mode: 'report', images, 'cluster-name': cluster.name })
    expect([run.exitCode, await helpersOf(run.state)], run.log).toEqual([0, []])
    reports = JSON.parse(run.outputs['image-report'] ?? '[]')
  })
  afterAll(async () => {
    await run?.dispose()
    await cluster?.remove()
    await docker('rmi', '--force', ...[manyTag, deep, odd, named].map(String))
  })

  test('120,000 files are all counted, also those that a later line deletes', () => {
    const { layers = [] } = reportOf(manyTag) ?? {}
    expect(layers.slice(-2).map(({ files }) => files)).toEqual([folders * filesEach, 0])
  })

  test('127 layers are told, with the bytes that Docker says', async () => {
    const { layers = [], totalBytes = 0 } = reportOf(deep) ?? {}
    expect(layers).toHaveLength(mostLayers)
    // Docker's other store counts blocks and folders, this one each name of a file.
    const theirs = await sizeOf(deep)
    if (store === 'overlay2') expect(Math.abs(totalBytes - theirs) / theirs).toBeLessThan(0.001)
    expect(layers.at(-1)).toMatchObject({ bytes: 4, files: 1 })
  })

  test('nothing in a name becomes Markdown, a command or a line', () => {
    expect(reportOf(named)?.findings.map(({ rule }) => rule)).toContain('log-file')
    expect(run.annotations.map(({ message }) => message)).not.toContain('planted')
    expect(run.log).not.toMatch(/^(?:<img|::error::planted)/m)
    for (const told of [run.log, run.summary]) expect(told).not.toContain('\u001b[2J')
    expect(run.summary).not.toMatch(/(?<!\\)<img src=x>|\[x\]\(http/)
  })
})
