import { describe, expect, test } from 'vitest'
import type { FoundFiles } from '../../src/facts/find-files.ts'
import type { Placed } from '../../src/files/place-trees.ts'
import type { LocalSource } from '../../src/files/sources/local.ts'
import type { RemoteSource, Tree } from '../../src/files/sources/source.ts'
import {
  renderFilesVerdict,
  renderLfsCharge,
  renderNodeFiles,
  renderPieces,
  toVolumes,
} from '../../src/report/node-files.ts'
import { emptyReport, type Report } from '../../src/report/report.ts'
import { nodeNamed } from '../support/found.ts'

const nodes = ['kind-worker', 'kind-worker2'].map(nodeNamed)

const source: LocalSource = {
  isFile: false,
  files: ['a', 'b'].map((path) => ({
    path,
    sizeBytes: 1.5e9,
    isExecutable: false,
    sha256: undefined,
    stat: '1:1:1:1:1',
  })),
  links: [],
  emptyFolders: [],
  folder: '/w/models',
  identity: '1:1',
  sizeBytes: 3e9,
  key: undefined,
  pointers: [],
}

const found = (change: Partial<FoundFiles> = {}): FoundFiles => ({
  files: {
    given: 'models:/var/local/models',
    origin: { kind: 'local', path: '/w/models' },
    target: '/var/local/models',
    isWritable: false,
  },
  found: { kind: 'local', source },
  nodes,
  into: nodes,
  ...change,
})

const remote: RemoteSource = {
  key: 'k',
  sizeBytes: 26e9,
  tree: undefined,
  fetch: async () => source,
}

/** Of a run whose step for files ended so. */
const reportOf = (
  placed: readonly Partial<Placed>[],
  state: 'done' | 'failed' | 'skipped' = 'done',
  copiedBytes = 1_200_000_000,
  trees: ReadonlyMap<string, Tree> = new Map(),
): Report =>
  ({
    ...emptyReport,
    outcomes: [
      {
        step: { kind: 'sync-files', id: 'files' },
        state,
        result: state === 'done' ? { placed, copiedBytes, broken: [], trees } : undefined,
      },
    ],
  }) as unknown as Report

const linked = (node: string, way: Placed['way'] = 'link', target = '/var/local/models') => ({
  node,
  target,
  way,
  bytes: 0,
})

/** Without what only aligns it. */
const rowsOf = (report: Report, files: readonly FoundFiles[]): readonly string[] | undefined =>
  renderNodeFiles(report, files)
    ?.split('\n')
    .slice(2)
    .map((row) => row.replace(/ +/g, ' '))

describe('the table', () => {
  test('is none without files', () => {
    expect(renderNodeFiles(emptyReport, [])).toBeUndefined()
  })

  test('says for each path how nodes have it', () => {
    const all = reportOf([linked('kind-worker'), linked('kind-worker2')])
    expect(rowsOf(all, [found()])).toEqual([
      '| /var/local/models | models:/var/local/models | 3.0 GB | 2 files | linked (2 nodes) |',
    ])
    const some = reportOf([linked('kind-worker'), linked('kind-worker2', 'mount')])
    expect(rowsOf(some, [found()])?.[0]).toContain('linked (kind-worker); mounted (kind-worker2)')
  })

  test('says unchanged of what nobody had to be given', () => {
    expect(rowsOf(emptyReport, [found({ into: [] })])?.[0]).toContain('unchanged (2 nodes)')
    const one = reportOf([linked('kind-worker2')])
    expect(rowsOf(one, [found({ into: nodes.slice(1) })])?.[0]).toContain(
      'unchanged (kind-worker); linked (kind-worker2)',
    )
  })

  test.each(['failed', 'skipped'] as const)(
    'says of a step that %s that nothing is there',
    (state) => {
      expect(rowsOf(reportOf([], state), [found({ into: nodes.slice(1) })])?.[0]).toContain(
        'unchanged (kind-worker); not there (kind-worker2)',
      )
    },
  )

  test('names what went, and what stays while pods use it', () => {
    const gone = [
      linked('kind-worker', 'removed', '/var/local/old'),
      linked('kind-worker2', 'kept', '/var/local/old'),
    ]
    expect(rowsOf(reportOf(gone), [])).toEqual([
      '| /var/local/old | | | | removed (kind-worker) |',
      '| /var/local/old | | | | removed once no pod uses it (kind-worker2) |',
    ])
  })

  test('counts no files of what nobody has seen, and lets no name into its columns', () => {
    const files = {
      ...found().files,
      given: `a|b<i>:/var/local/models ${'x'.repeat(200)}`,
    }
    const [row = ''] =
      rowsOf(emptyReport, [
        found({ files, found: { kind: 'remote', source: remote }, into: [] }),
      ]) ?? []
    expect(row).toContain('| 26 GB | | unchanged')
    expect(row).not.toContain('a|b')
    expect(row).not.toContain('<i>')
    expect(row.length).toBeLessThan(200)
  })
})

test.each<[string, Report, readonly FoundFiles[], string | undefined]>([
  ['nothing', emptyReport, [], undefined],
  ['no step', emptyReport, [found({ into: [] })], '1 path unchanged'],
  ['a step', reportOf([]), [found(), found()], '2 paths in the nodes, 1.2 GB copied'],
  ['links alone', reportOf([], 'done', 0), [found()], '1 path in the nodes, 0 B copied'],
  ['a failed step', reportOf([], 'failed'), [found()], '1 path not in the nodes'],
])('the verdict of %s', (_, report, files, expected) => {
  expect(renderFilesVerdict(report, files)).toBe(expected)
})

test.each<[number, string | undefined]>([
  [0, undefined],
  [3e9, 'Git LFS sent 3.0 GB, .* 3 such runs a month are free, then 0.24 dollars each'],
  [30e9, 'Git LFS sent 30 GB, .* 0 such runs a month are free, then 2.44 dollars each'],
  [10 * 2 ** 30, '1 such run a month is free, then 0.88 dollars each'],
  [1_000_000, '10737 such runs a month are free, then 0.0001 dollars each'],
])('%d bytes of Git LFS are charged as GitHub says', (lfsBytes, expected) => {
  const report = {
    ...emptyReport,
    outcomes: [{ step: { kind: 'sync-files', id: 'files' }, state: 'done', result: { lfsBytes } }],
  } as unknown as Report
  const told = renderLfsCharge(report)
  if (expected === undefined) expect(told).toBeUndefined()
  else expect(told).toMatch(new RegExp(expected))
})

test('the pieces of manifests are YAML that pods take', () => {
  expect(renderPieces(toVolumes(emptyReport, [found()]))).toEqual([
    `volumes:
  - name: models
    hostPath:
      path: /var/local/models
      type: Directory
containers: # in each that uses them
  - volumeMounts:
      - name: models
        mountPath: /var/local/models
        readOnly: true`,
  ])
  const [unknown = ''] = renderPieces(
    toVolumes(emptyReport, [found({ found: { kind: 'remote', source: remote } })]),
  )
  expect(unknown).not.toContain('type:')
})

test('what only a fetch will tell has no type', () => {
  const types = [
    found(),
    found({ found: { kind: 'local', source: { ...source, isFile: true } } }),
    found({ found: { kind: 'remote', source: remote } }),
  ]
  expect(toVolumes(emptyReport, types).map(({ volume }) => volume.hostPath.type)).toEqual([
    'Directory',
    'File',
    '',
  ])
})

describe('what only a fetch has told', () => {
  const path = found().files.target
  const file = { path: 'm.bin', sizeBytes: 7e6, isExecutable: false, sha256: 'a'.repeat(64) }
  const tree: Tree = { isFile: true, files: [file], links: [], emptyFolders: [] }
  const unknown = found({ found: { kind: 'remote', source: remote } })
  const fetched = (isFile: boolean, target = path): Report =>
    reportOf([], 'done', 0, new Map([[target, { ...tree, isFile }]]))
  const told = (report: Report, each = unknown) => {
    const [volume] = toVolumes(report, [each])
    return [volume?.volume.hostPath.type, volume?.persistentVolumes.length]
  }

  test('is the type of the path, and a single file has no PersistentVolume', () => {
    expect(told(fetched(true))).toEqual(['File', 0])
    expect(told(fetched(false))).toEqual(['Directory', 4])
    expect(told(fetched(true, '/var/local/other'))).toEqual(['', 4])
    expect(told(reportOf([], 'failed'))).toEqual(['', 4])
  })

  test('nodes say of files that they have already', () => {
    expect(told(emptyReport, { ...unknown, isFile: true })).toEqual(['File', 0])
    expect(told(emptyReport, { ...unknown, isFile: false })).toEqual(['Directory', 4])
    // What is there now counts, not what an earlier step has put there.
    expect(told(fetched(false), { ...unknown, isFile: true })).toEqual(['Directory', 4])
  })

  test('is their size and number in the table, where a source is a whole image', () => {
    expect(rowsOf(fetched(true), [unknown])?.[0]).toContain('| 7.0 MB | 1 file |')
  })

  test('changes no size of a claim, which Kubernetes would refuse in a later run', () => {
    const claims = [fetched(false), emptyReport].map((report) => {
      const [volume] = toVolumes(report, [unknown])
      return volume?.persistentVolumes
    })
    expect(claims[0]).toEqual(claims[1])
  })
})
