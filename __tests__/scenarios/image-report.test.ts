import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalog } from '../../src/analysis/findings/catalog.ts'
import { findHistoryLines } from '../../src/build/dockerfile/history-lines.ts'
import { useEngine } from '../support/loading.ts'
import type { Run } from '../support/runner/types.ts'
import {
  falseToken,
  lineOf,
  sinfulDockerfile,
  sinsElsewhere,
  writeSinfulContext,
} from '../support/sinful-image.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, helpersOf, startCluster, uniqueName } from '../support/testbed.ts'

type Finding = {
  readonly rule: string
  readonly bytes: number
  readonly location?: { readonly file: string; readonly line: number }
}

type Report = {
  readonly image: string
  readonly isPackedExact: boolean
  readonly layers: readonly {
    readonly instruction?: string
    readonly location?: { readonly line: number }
  }[]
  readonly totalBytes: number
  readonly waste: { readonly ownBytes: number; readonly squashBytes: number }
  readonly dive: { readonly efficiency: number; readonly wastedBytes: number }
  readonly findings: readonly Finding[]
}

describe.each(['overlay2', 'containerd'] as const)('a report on images in %s', (store) => {
  const name = uniqueName('report')
  const [sinful, clean] = [`${name}-sinful:1`, `${name}-clean:1`]
  let cluster: Cluster
  let workspace = ''
  let run: Run
  let reports: readonly Report[] = []
  const reportOf = (image: string) => reports.find((each) => each.image === image)
  beforeAll(async () => {
    useEngine(store)
    cluster = await startCluster()
    workspace = await mkdtemp(join(tmpdir(), 'slipway-report-'))
    await writeSinfulContext(workspace)
    const builds = `- context: .\n  tags: ${sinful}\n- context: .\n  file: clean.Dockerfile\n  tags: ${clean}\n`
    const inputs = { 'cluster-name': cluster.name, builds, 'image-report': 'auto' }
    run = await runSlipway(inputs, { github: { workspace } })
    expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
    reports = JSON.parse(run.outputs['image-report'] ?? '[]')
  })
  afterAll(async () => {
    await run?.dispose()
    await cluster?.remove()
    await docker('rmi', '--force', sinful, clean)
    await rm(workspace, { recursive: true, force: true })
  })

  test('finds each sin at its line, and nothing where there is none', () => {
    const lines = new Map(
      reportOf(sinful)?.findings.map(({ rule, location }) => [rule, location?.line]),
    )
    // A layer of the containerd store has nothing of a file that was copied to be linked: it has two then.
    const rules = catalog.filter(
      ({ id }) => !sinsElsewhere.has(id) && (store === 'overlay2' || id !== 'linked-copies'),
    )
    expect([...lines.keys()].toSorted()).toEqual(rules.map(({ id }) => id).toSorted())
    expect(lines.get('cache-apt')).toBe(lineOf('caches'))
    expect(lines.get('locales')).toBe(lineOf('needless'))
    expect(lines.get('virtual-environment')).toBe(lineOf('copied'))
    expect(lines.get('credentials')).toBe(lineOf('copied'))
    expect(lines.get('deleted-later')).toBe(lineOf('files'))
    expect(lines.get('single-stage')).toBe(lineOf('build-tools'))
    for (const rule of ['metadata-copies', 'rewritten', 'core-dump'])
      expect([rule, lines.get(rule)]).toEqual([rule, lineOf(rule)])
    expect(reportOf(clean)?.findings).toEqual([])
  })

  test('counts what a rebuilt image would not have, and what dive says', async () => {
    // The base's copy of dpkg's database is not ours to lose.
    const linked = store === 'overlay2' ? 2_000_002 : 0
    expect(reportOf(sinful)?.waste.ownBytes).toBe(13_000_019 + linked)
    const { waste, dive, totalBytes = 0 } = reportOf(sinful) ?? {}
    const database = waste?.squashBytes ?? 0
    // Two packages have been added to it. An emptied folder hides its file from dive where it is opaque.
    const emptied = store === 'overlay2' ? 0 : 3_000_005
    const least = database + 134 + 2_000_001 + 2_000_008 + 2_000_004 + linked + emptied
    expect(dive?.efficiency).toBeCloseTo(1 - least / (totalBytes + 4_000_006), 12)
    expect(dive?.wastedBytes).toBe(least + database + 2_000_001 + 2_000_003 + linked)
    const history = await docker(
      'image',
      'history',
      '--human=false',
      '--format',
      '{{.Size}}',
      sinful,
    )
    const bytes = history.split('\n').reduce((sum, size) => sum + Number(size), 0)
    // Docker counts links, too, and blocks with the containerd store.
    if (store === 'overlay2') expect(Math.abs(totalBytes / bytes - 1)).toBeLessThan(0.001)
  })

  test('says the same lines that the history alone would tell', async () => {
    const format = '{{json .CreatedBy}} {{.Size}}'
    const history = await docker('image', 'history', '--no-trunc', '--format', format, sinful)
    const entries = history.trim().split('\n').reverse()
    const createdBy = entries.map((entry) => JSON.parse(entry.replace(/ \S+$/, '')) as string)
    const lines = findHistoryLines(sinfulDockerfile(), undefined, createdBy) ?? []
    const found = reportOf(sinful)?.layers.map(({ location }) => location?.line)
    // ENV has a line, and no layer.
    expect(lines.filter((line) => line !== lineOf('credentials-in-history'))).toEqual(found)
  })

  test('shows no secret, and of the record of the build nothing', () => {
    const shown = [run.log, run.summary, JSON.stringify(run.outputs)].join('\n')
    expect(shown).not.toContain(falseToken)
    expect(run.outputs['metadata']).toContain('buildx.build.provenance')
    expect(run.outputs['metadata']).not.toMatch(/buildConfig|mobyproject.org\/buildkit@v1#metadata/)
  })

  test('is told in the summary, in the log and at the lines', () => {
    expect(run.summary).toContain('### Image report')
    expect(run.log).toContain(`Image report: ${clean}`)
    const line = lineOf('metadata-copies')
    expect(run.annotations).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('Credentials in the image'),
      }),
    )
    expect(run.summary).toContain(`Dockerfile:${line}`)
  })

  test('of an image that is there already is told by its history, and counts the same', async () => {
    const inputs = { 'cluster-name': cluster.name, images: sinful, 'image-report': 'full' }
    const again = await runSlipway(inputs)
    expect([again.exitCode, await helpersOf(again.state)]).toEqual([0, []])
    const [report] = JSON.parse(again.outputs['image-report'] ?? '[]') as readonly Report[]
    expect(report?.layers.map(({ location }) => location).filter(Boolean)).toEqual([])
    expect(report?.layers.map(({ instruction = '' }) => instruction)).toContain(
      'RUN chown 7:8 /w/1',
    )
    expect(report?.dive).toEqual(reportOf(sinful)?.dive)
    expect(report?.isPackedExact).toBe(store === 'containerd')
    expect([again.log, again.summary, JSON.stringify(again.outputs)].join()).not.toContain(
      falseToken,
    )
    await again.dispose()
  })
})
