import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalog } from '../../src/analysis/findings/catalog.ts'
import { cases } from '../support/image-cases/all.ts'
import { prefix, provideBases } from '../support/image-cases/bases.ts'
import { type Case, ruleOf } from '../support/image-cases/case.ts'
import { lookAlikes } from '../support/image-cases/look-alikes.ts'
import { coldCases } from '../support/image-cases/recipe-cases.ts'
import { credentials, mountedSecret } from '../support/image-cases/secrets.ts'
import { toBuilds, toImage, writeCases } from '../support/image-cases/write-cases.ts'
import { useEngine } from '../support/loading.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, helpersOf, startCluster } from '../support/testbed.ts'

type Finding = {
  readonly rule: string
  readonly bytes: number
  readonly location?: { readonly file: string; readonly line: number }
  readonly evidence?: string
}

let workspace = ''
/** Done when all contexts are there; real tools take some seconds for them. */
let writing: Promise<void>
let cluster: Cluster
/** All that the steps told. */
let shown = ''
/** By the image's name. */
const findings = new Map<string, readonly Finding[]>()

const findingsOf = (tag: string): readonly Finding[] => {
  const found = findings.get(tag)
  if (found === undefined) throw new Error(`no report on ${tag}`)
  return found
}

const findingOf = (rule: string, tag: string): Finding | undefined =>
  findingsOf(tag).find((each) => each.rule === rule)

/** One step that builds and looks into all. */
const build = async (inputs: Readonly<Record<string, string>>): Promise<void> => {
  const all = { 'cluster-name': cluster.name, 'image-report': 'auto', ...inputs }
  const run = await runSlipway(all, { github: { workspace } })
  expect([run.exitCode, await helpersOf(run.state)], run.log).toEqual([0, []])
  const reports: readonly { readonly image: string; readonly findings: readonly Finding[] }[] =
    JSON.parse(run.outputs['image-report'] ?? '[]')
  for (const { image, findings: found } of reports) findings.set(image, found)
  shown += [run.log, run.summary, JSON.stringify(run.outputs)].join('\n')
  await run.dispose()
}

const listImages = async (): Promise<readonly string[]> => {
  const all = await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')
  return all.split('\n').filter((tag) => tag.startsWith(prefix))
}

/** How many bytes all files of an image have, as Docker counts them. */
const sizeOf = async (tag: string): Promise<number> =>
  Number(await docker('image', 'inspect', '--format', '{{.Size}}', tag))

const removeAll = async (): Promise<void> => {
  await cluster?.remove()
  const images = await listImages()
  if (images.length > 0) await docker('rmi', '--force', ...images)
}

/** What holds for both images of a case. */
const expectCase = ({ name, line, also = [], evidence = '' }: Case): void => {
  const rule = ruleOf({ name })
  const [sin, clean] = [toImage(name, 'sin'), toImage(name, 'clean')]
  expect(findingsOf(clean.tag)).toEqual([])
  const rules = findingsOf(sin.tag).map((each) => each.rule)
  expect(rules.toSorted()).toEqual([rule, ...also].toSorted())
  const { location, evidence: said = '' } = findingOf(rule, sin.tag) ?? {}
  expect(location).toEqual({ file: sin.file, line })
  expect(said).toContain(evidence)
}

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'slipway-rules-'))
  writing = writeCases(workspace, [...cases, ...coldCases, ...lookAlikes])
})
afterAll(() => rm(workspace, { recursive: true, force: true }))

test('each rule of the catalog has a case, and each case a rule', () => {
  const rules = new Set([...cases, ...coldCases].map(ruleOf))
  expect([...rules].toSorted()).toEqual(catalog.map(({ id }) => id).toSorted())
  expect(2 * (cases.length + coldCases.length) + lookAlikes.length).toBeGreaterThanOrEqual(60)
})

describe("images of Docker's own builder", () => {
  beforeAll(async () => {
    useEngine('overlay2')
    ;[cluster] = await Promise.all([startCluster(), provideBases(), writing])
    const { id, value } = mountedSecret
    const builds = toBuilds([...cases, ...lookAlikes])
    await build({ builds, manifests: 'pods.yaml', secrets: `${id}=${value}` })
  }, 900_000)
  afterAll(removeAll)

  test.each(cases)('$name: found at its line and nothing else, and not without it', expectCase)

  test.each(cases.filter(({ saves }) => saves))(
    '$name: its bytes are what Docker says that the clean image has less',
    async ({ name }) => {
      const [sin, clean] = [toImage(name, 'sin').tag, toImage(name, 'clean').tag]
      const saved = (await sizeOf(sin)) - (await sizeOf(clean))
      const { bytes = 0 } = findingOf(ruleOf({ name }), sin) ?? {}
      expect(Math.abs(bytes / saved - 1), `${bytes} of ${saved}`).toBeLessThan(0.01)
    },
  )

  test('no credential of an image is shown', () => {
    expect(shown).toContain('Credentials in the image')
    for (const credential of credentials) expect(shown.includes(credential)).toBe(false)
  })

  test.each(lookAlikes)('$name: accused of nothing', ({ name }) => {
    expect(findingsOf(toImage(name, 'clean').tag)).toEqual([])
  })
})

describe('images of a builder that fetches what it needs', () => {
  beforeAll(async () => {
    useEngine('containerd')
    ;[cluster] = await Promise.all([startCluster(), writing])
    await build({ builds: toBuilds(coldCases), 'build-cache': 'true' })
  }, 900_000)
  afterAll(removeAll)

  test.each(coldCases)('$name: found at its line and nothing else, and not without it', expectCase)
})
