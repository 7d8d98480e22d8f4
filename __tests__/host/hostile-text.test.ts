import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { findCopied } from '../../src/analysis/findings/copied-from.ts'
import { findSecret } from '../../src/analysis/findings/match-secrets.ts'
import { findInstalled, findNames, readRequired } from '../../src/analysis/findings/requirement.ts'
import {
  renderCacheFailure,
  toCacheKind,
  toNeedlessFailure,
} from '../../src/build/cache-failures.ts'
import { toBakeWords } from '../../src/build/dockerfile/find.ts'
import { readOrder } from '../../src/build/dockerfile/order.ts'
import { findContextSources } from '../../src/build/dockerfile/sources.ts'
import { findBases, findCacheMounts, findSecretMounts } from '../../src/build/dockerfile/stages.ts'
import { explainBuildFailure } from '../../src/build/explain.ts'
import { toTimings } from '../../src/build/timings.ts'
import { findTransient } from '../../src/build/transient.ts'
import { toNodeCapacity } from '../../src/cluster/capacity.ts'
import { parseQuantity } from '../../src/cluster/quantity.ts'
import { findNearest } from '../../src/diagnose/cluster/nearest-image.ts'
import { findPulled } from '../../src/diagnose/cluster/pulled.ts'
import { parseCgroup } from '../../src/diagnose/kernel/cgroup.ts'
import { parseOomKills } from '../../src/diagnose/kernel/kernel-log.ts'
import { parseNodeReport } from '../../src/diagnose/nodes/node-report.ts'
import { parseDu } from '../../src/disk/fill.ts'
import { parseTotal } from '../../src/disk/prune-cache.ts'
import { attempt, Failure } from '../../src/failure.ts'
import { toEndpoint } from '../../src/files/sources/lfs/endpoint.ts'
import { toRefusal } from '../../src/files/sources/lfs/refusal.ts'
import { refuseTarget } from '../../src/files/sources/lfs/target.ts'
import { createLinkCheck } from '../../src/files/sources/links.ts'
import { toTreePath } from '../../src/files/sources/oci/names.ts'
import { toInstruction } from '../../src/image/contents/history.ts'
import { parseImageReference, toRepository } from '../../src/image/reference.ts'
import { findTrouble } from '../../src/kubernetes/trouble.ts'
import { parseNodeState } from '../../src/load/node-state.ts'
import { findAtPath } from '../../src/manifests/given-files.ts'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import { toLine } from '../../src/text/to-line.ts'
import { isLike } from '../../src/text/wildcard.ts'
import { toEvents } from '../support/build-log.ts'

/** What others may make as long as they like. A reader that tries again and again takes minutes for it. */
const length = 300_000
const most = (text: string): string => text.repeat(Math.ceil(length / text.length))

/** Stops even what is in the midst of a regular expression. */
const inTime = <T>(read: () => T): T =>
  runInNewContext('read()', { read }, { timeout: 20_000 }) as T

const words = toBakeWords({})

const findPulls = (message: string) => {
  const whose = { namespace: '', kind: 'Pod', name: '', container: '', node: '', at: undefined }
  const events = [{ ...whose, reason: 'Pulled', message, count: 1 }]
  const cluster = { pods: [], nodes: [], events }
  return findPulled({ cluster, loaded: [], nodeImages: new Map(), since: undefined, now: 0 })
}

const github = new URL('https://github.com')

const stamped = (text: string): string => `[    1.000000] ${text}`
const heading = 'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)'

const roomOf = (printed: string) =>
  toNodeCapacity({
    engine: { memoryBytes: 1, cores: 1 },
    node: { name: 'n', role: 'worker', provider: 'kind' },
    inspected: {},
    printed,
    above: { memory: [], cpu: [] },
    isLocalDaemon: true,
  })

const loaded = {
  given: 'api:1',
  canonical: 'docker.io/library/api:1',
  immutable: '',
  id: '',
  nodes: [],
}

test.each<readonly [string, () => unknown]>([
  ...[
    most(',oom_memcg='),
    most(',oom_memcg=x,task_memcg=x'),
    most(',global_oom,task_memcg='),
    `,oom_memcg=${most(',task_memcg=x,task=y')},pid=1,uid=`,
    `,oom_memcg=x,task_memcg=y${most(',task=z,pid=1,uid=1')}!`,
  ].map((rest): [string, () => unknown] => [
    `a heading of ${rest.slice(0, 20)}`,
    () => parseOomKills([stamped(heading + rest)]),
  ]),
  ...['Killed process 1 (', 'Killed process 1 (x)', 'Killed process 1 (x) total-vm:'].map(
    (text): [string, () => unknown] => [
      `a kill of ${text}`,
      () => parseOomKills([stamped(`${most(text)}!`)]),
    ],
  ),
  [
    'a heading that goes on and on',
    () => parseOomKills([stamped(heading), ...Array.from({ length: 50_000 }, () => stamped(',x'))]),
  ],
  [
    'many kills',
    () => parseOomKills(most(`${stamped('Killed process 1 (x) total-vm:')}\n`).split('\n')),
  ],
  ['a stamp', () => parseOomKills([`[${most(' ')}`, `[${most('1')}`])],
  ['a cgroup', () => parseCgroup(`/a/${most('pod0123abcd-')}${most('/0123')}`, ['a'])],
  ['a report', () => parseNodeReport(`== log\n${most('reach 1')}${most(' ')}`)],
  ...['http://', '//', '//a', '"//', ' \n'].map((text): [string, () => unknown] => [
    `a message of ${JSON.stringify(text)}`,
    () => toLine(`${most(text)}!`),
  ]),
  ...['error writing manifest blob 4', 'failed to configure ', '\n'].map(
    (text): [string, () => unknown] => [
      `a cache's failure of ${JSON.stringify(text)}`,
      () => [
        renderCacheFailure('api', { kind: 'import', error: most(text) }),
        toNeedlessFailure(new Failure(most(text))),
        toCacheKind(most(text)),
      ],
    ],
  ),
  ...['failed to do request: ', 'unexpected status 5', 'failed to receive status: '].map(
    (text): [string, () => unknown] => [
      `a build's failure of ${JSON.stringify(text)}`,
      () => findTransient(most(text), [most(text)]),
    ],
  ),
  ...['admission webhook "', 'pull access ', '/n'].map((text): [string, () => unknown] => [
    `an event of ${JSON.stringify(text)}`,
    () =>
      findTrouble(
        [],
        [
          {
            involvedObject: { name: most('buildkitd-') },
            reason: 'FailedCreate',
            message: most(text),
          },
        ],
        'buildkitd-',
      ),
  ]),
  ...['[a ', '[1/2', 'a '].map((name): [string, () => unknown] => [
    `a step of ${JSON.stringify(name)}`,
    () => toTimings([{ name: most(name), ms: 2_000, isCached: false }]),
  ]),
  ...[' ', 'RUN |1 ', '|1 -c', ' -c', '# buildkit ', 'ghp_a', '-----BEGIN A '].map(
    (text): [string, () => unknown] => [
      `a history of ${JSON.stringify(text)}`,
      () => [toInstruction(most(text)), toInstruction(`RUN |1 ${most(text)}\n`)],
    ],
  ),
  ...[
    ' ',
    '\n',
    'https://a:',
    ':',
    '_auth ',
    '_auth= ',
    'password ',
    '"auth" ',
    'token: ',
    '=',
  ].map((text): [string, () => unknown] => [
    `a file of ${JSON.stringify(text)}`,
    () =>
      ['.netrc', '.git-credentials', '.gitconfig', 'id_rsa', '.npmrc', '.pypirc']
        .concat(['.docker/config.json', '.aws/credentials', '.kube/config'])
        .map((path) => findSecret(path, `https://${most(text)}`)),
  ]),
  ...['a:', '@', '/', '//', '.'].map((text): [string, () => unknown] => [
    `a remote of ${text}`,
    () => [
      attempt(() => toEndpoint(most(text), github)),
      attempt(() => toEndpoint(`${github.href}${most(text)}`, github)),
      refuseTarget('a', most(text)),
      toRefusal({ endpoint: github, objects: [] }, 422, most(text)),
    ],
  ]),
  ['an image of colons', () => parseImageReference(most('a:'))],
  ['an image of at signs', () => findNearest(`${most('@')}\n!`, [loaded])],
  ['a pull without an end', () => findPulls(`Successfully pulled image "a" in ${most('1m')}!`)],
  ['a long name that was pulled', () => findPulls(`Successfully pulled image "${most('a/')}`)],
  ...['/', 'a/', './', '../', '\u00e4'].map((text): [string, () => unknown] => [
    `a path of ${text}`,
    () => attempt(() => toTreePath(most(text))),
  ]),
  ...['../', './', 'a/'].map((text): [string, () => unknown] => [
    `a link to ${text}`,
    () => attempt(() => createLinkCheck(() => most(text))('a', most(text))),
  ]),
  ['a repository', () => toRepository(`${most('@')}\n!`)],
  ['a digest', () => toRepository(`${most(':@')}/\n!`)],
  ...['pip ', 'pip install a ', 'a', 'a-', '-.', 'x==', 'a[', ' '].flatMap(
    (text): readonly [string, () => unknown][] => [
      [`what a RUN of ${text} installs`, () => findInstalled(`RUN pip install ${most(text)}`)],
      [`a requirement of ${text}`, () => readRequired(`${most(text)};${most(text)}`)],
      [`names in a text of ${text}`, () => findNames([most(text)])],
    ],
  ),
  ...['*', '* ', '["', '$', '../'].map((text): [string, () => unknown] => [
    `a COPY of ${text}`,
    () => findContextSources(`FROM x\nCOPY ${most(text)} /`, words),
  ]),
  ...['pip install ', 'uv pip install a ', 'npm ci ', '&', ' /', '-r', ' '].map(
    (text): [string, () => unknown] => [
      `the order of lines with ${text}`,
      () => readOrder(`FROM x\nCOPY . .\nRUN ${most(text)}\nCOPY ${most(text)}`),
    ],
  ),
  ...['type=cache,', ', ', 'id=a,', '/'].map((text): [string, () => unknown] => [
    `cache mounts of ${text}`,
    () => findCacheMounts(`FROM x\nRUN --mount=${most(text)} x`, words),
  ]),
  ...['--a ', '-- ', 'a ', ' ', '["', '../', '# buildkit '].map((text): [string, () => unknown] => [
    `a line that copied ${text}`,
    () => {
      const origin = { location: { file: 'x', line: 3 }, isBase: false, packedBytes: undefined }
      const recipe = {
        text: `FROM x\nWORKDIR ${most(text)}\n${most(text)}`,
        requirements: [],
        origin: undefined,
        stages: 1,
        order: { early: [], unlinked: [] },
        base: undefined,
      }
      return ['/m', 'm'].map((to) =>
        findCopied('m/a', { ...origin, instruction: `COPY ${most(text)} ${to}` }, recipe),
      )
    },
  ]),
  ['a pattern of stars', () => isLike('a'.repeat(4_096), `${'*a'.repeat(100)}b`)],
  ...['/', '/..', '/a', '//a'].map((text): [string, () => unknown] => [
    `a path of a node of ${text}`,
    () => {
      const files = { isWritable: false, isFile: false, nodes: [], entries: undefined }
      const own = [{ ...files, target: '/var/local/models' }]
      return findAtPath(most(text), { files: own, others: [] }, false)
    },
  ]),
  ['a Dockerfile of empty lines', () => findBases(`${most('\n')}x`, words)],
  ['a FROM that does not end', () => findBases(`FROM ${most('${a:-')}`, words)],
  ['a FROM of flags', () => findBases(`FROM ${most('--a ')}`, words)],
  [
    'arguments that double',
    () =>
      findBases(
        `ARG A0=xx\n${Array.from({ length: 60 }, (_, at) => `ARG A${at + 1}=$A${at}$A${at}`).join('\n')}\nFROM $A60`,
        words,
      ),
  ],
  ['mounts', () => findSecretMounts(`RUN ${most('--mount=type=secret,')}`, words)],
  [
    'a build log',
    () =>
      explainBuildFailure(
        { name: 'x', dockerfile: 'Dockerfile' },
        1,
        [most('a:1'), most(':11'), most('ERROR: ')].flatMap(toEvents),
      ),
  ],
  ['what du prints', () => parseDu(`${most('1')}\n${most('1\t')}`)],
  [
    'what prune prints',
    () => parseTotal(`${most('Total:\n')}Total: ${most('1')}\nTotal: 1B${most(' ')}!`),
  ],
  [
    'a node',
    () =>
      parseNodeState(
        `== images\n${most('dev.slipway/record=')}\n== content\n${most('containerd.io/gc.ref.snapshot.a-')}\n== snapshots\n${most(' Committed')}!`,
      ),
  ],
  ["a kubelet's configuration", () => roomOf(`kubelet\n  a:${most(' ')}"x"y`)],
  ['a quantity', () => parseQuantity(`${most('1')}x`)],
  [
    'a manifest',
    () => parseManifest(`kind: Pod\nspec: {containers: [{image: "${most('${{')}"}]}`, 'x'),
  ],
  ...['<', '%', '__A', 'a-', ':1', '/a', '@'].map((text): [string, () => unknown] => [
    `a custom resource with an image of ${text}`,
    () =>
      parseManifest(
        `apiVersion: a.b/v1\nspec: { image: "${most(text)}", args: ["--a-image", "--executor-image=${most(text)}"] }`,
        'x',
      ),
  ]),
  ...[
    'apiVersion: a.b/v1\nspec:',
    'kind: Pod\nspec: { containers: [{ image: a, resources: { limits: *m9 } }] }\nx:',
  ].map((rest): [string, () => unknown] => [
    `lists in lists that ${rest.slice(0, 10)} merges`,
    () => {
      const lists = Array.from(
        { length: 9 },
        (_, at) =>
          `m${at + 1}: &m${at + 1} [${Array.from({ length: 60 }, () => `*m${at}`).join(', ')}]\n`,
      )
      parseManifest(
        `m0: &m0 b\n${lists.join('')}y: &y { <<: *m9 }\n${rest.replace('*m9', '{ <<: *m9 }')} { <<: *m9 }\n`,
        'x.yaml',
      )
    },
  ]),
  [
    'a custom resource with many images',
    () =>
      parseManifest(
        `apiVersion: a.b/v1\nspec:\n${Array.from({ length: 40_000 }, (_, at) => `  a${at}Image: a:1\n`).join('')}`,
        'x',
      ),
  ],
  [
    'a manifest of one large map',
    () =>
      parseManifest(Array.from({ length: 80_000 }, (_, at) => `k${at}: 1`).join('\n'), 'x.yaml'),
  ],
  [
    'a manifest of many objects',
    () => parseManifest(`{"a":"${'x'.repeat(1_900)}"}\n`.repeat(499), 'x.json'),
  ],
])('%s is read in time', (_name, read) => {
  expect(() => inTime(read)).not.toThrow()
})
