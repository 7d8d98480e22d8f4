import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyCase } from '../support/cases.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, startCluster } from '../support/testbed.ts'

/** What the bundled action plans, or refuses, for cases that need no build to be told apart. */
let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.remove())

type Inputs = Readonly<Record<string, string>>

/** A dry run; `builds` names a file of the case. */
const plan = async (name: string, inputs: Inputs): Promise<Run> => {
  const workspace = await copyCase(name)
  const file = inputs['builds']
  const builds = file === undefined ? {} : { builds: await readFile(join(workspace, file), 'utf8') }
  const all = { 'cluster-name': cluster.name, 'dry-run': 'true', ...inputs, ...builds }
  const run = await runSlipway(all, { github: { workspace } })
  await run.dispose()
  return run
}

const baked: Inputs = { 'bake-files': 'docker-bake.hcl' }

/** The plan's builds in their order, each with its tags and the builds that it waits for. */
const buildsIn = (log: string): readonly string[] => {
  const line = /^(\d+)\. Build (\S+)(?: \((.+?)\))?(?:, after ([\d, ]+))?$/gm
  const builds = [...log.matchAll(line)].map(([, number, name, notes, after = '']) => {
    return { number, name, notes, after: after.split(', ') }
  })
  return builds.map(({ name, notes, after }) => {
    const bases = builds.flatMap((each) => (after.includes(each.number ?? '') ? [each.name] : []))
    const all = [
      ...(notes ? [notes] : []),
      ...(bases.length > 0 ? [`after ${bases.join(', ')}`] : []),
    ]
    return all.length > 0 ? `${name} (${all.join('; ')})` : `${name}`
  })
}

test.each<[string, Inputs, readonly string[]]>([
  ['01-heredoc-from', baked, ['app (case-app:dev)', 'db (case-db:latest; after app)']],
  [
    '02-one-dockerfile',
    baked,
    [
      'base (case-one-base:dev)',
      'mid (case-one-mid:dev; after base)',
      'top (case-one-top:dev; after mid)',
    ],
  ],
  ['04-lower-name', baked, ['base (case-lowbase:dev)', 'child (case-lowchild:dev; after base)']],
  ['09-remote-file', { builds: 'b.yaml' }, ['case-rem (case-rem:c)']],
  ['12-unneeded-stage', { context: '.', target: 'prod', tags: 'case-p:1' }, ['case-p:1']],
  ['13-dockerignore-git', { context: 'a', tags: 'case-a:1' }, ['case-a:1']],
  ['40-zero-layers', { context: '.', tags: 'case-zero:1' }, ['case-zero:1']],
  ['53-builds-shapes', { builds: 'listmap.yaml' }, ['case-shape (case-shape:listmap)']],
  ['53-builds-shapes', { builds: 'eq.yaml' }, ['case-shape (case-shape:eq)']],
  ['80-onbuild', baked, ['base (case-onbase:dev)', 'tools (case-tools:dev)']],
])('%s %o is planned in its order, without a warning', async (name, inputs, targets) => {
  const run = await plan(name, inputs)
  expect([run.exitCode, run.annotations]).toEqual([0, []])
  expect(buildsIn(run.log)).toEqual(targets)
})

test.each<[string, Inputs, readonly RegExp[]]>([
  [
    '08-quoted-args',
    { context: '.', tags: 'a:1', 'build-args': '"GREETING=hello"\n# note' },
    [
      /^- build-args \("\\"GREETING=hello\\""\): the quotes/m,
      /^- build-args \("# note"\): a comment/m,
    ],
  ],
  [
    '19-same-tag',
    { builds: 'builds.yaml' },
    [/^The targets a and b both have the tag case-sametag:dev/],
  ],
  [
    '42-foreign',
    { ...baked, 'bake-set': 'default.context=.' },
    [/case-mp|default.*platform/, /linux\/amd64/],
  ],
  ['53-builds-shapes', { builds: 'map.yaml' }, [/^- builds: not a YAML list/m]],
  ['53-builds-shapes', { builds: 'quote.yaml' }, [/^- builds, line 2: Missing closing "quote/m]],
  ['53-builds-shapes', { builds: 'tab.yaml' }, [/^- builds, line 2: a tab in the indentation/m]],
  [
    '53-builds-shapes',
    { builds: 'words.yaml' },
    [
      /^- builds, line 2 \("dockerfile"\).* Write file\./m,
      /line 4 \("args"\).* Write build-args\./,
    ],
  ],
  ['53-builds-shapes', { builds: 'dupkey.yaml' }, [/^- builds, line 3: Map keys must be unique/m]],
  [
    '53-builds-shapes',
    { builds: 'names.yaml' },
    [/line 1 \("a\.b"\)/, /line 6 \("a"\): the entry of line 4/],
  ],
  ['53-builds-shapes', { builds: 'expr.yaml' }, [/^- builds, line 3: /m]],
  [
    '53-builds-shapes',
    { builds: 'ext.yaml' },
    [/^Bake refuses what the step builds: failed to find target zzz\. Correct/],
  ],
])('%s %o is refused in words of its own', async (name, inputs, expected) => {
  const run = await plan(name, inputs)
  expect(run.exitCode).toBe(1)
  const [error, ...more] = run.annotations
  expect(more).toEqual([])
  for (const pattern of expected) expect(error?.message).toMatch(pattern)
})

test('20-manifests is told at its lines', async () => {
  const manifests = 'tab.yaml, placeholders.yaml, utf16.yaml, merge.yaml, trailing.json'
  const run = await plan('20-manifests', { images: 'case-base:1', manifests })
  expect(run.exitCode).toBe(0)
  const places = run.annotations.map(({ props: { file, line } }) => `${file}:${line}`)
  expect(places.sort()).toEqual([
    'merge.yaml:16',
    'placeholders.yaml:15',
    'placeholders.yaml:16',
    'placeholders.yaml:6',
    'tab.yaml:6',
    'trailing.json:3',
  ])
})
