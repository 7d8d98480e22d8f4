import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snapshotterRoot, useEngine } from '../support/loading.ts'
import { type Cluster, ctr, docker, inNode, startCluster } from '../support/testbed.ts'

/**
 * Where the helper's client does not work, `ctr` does the same more slowly, and no other test would
 * notice. So this one asks the client itself, with both versions of containerd.
 */
describe.each(['forky', 'trixie'])('with the containerd of %s', (suite) => {
  let cluster: Cluster
  let node: string
  /** The node's root folder as this machine sees it. */
  let root: string
  const [below, above] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]

  beforeAll(async () => {
    useEngine('overlay2', suite)
    cluster = await startCluster(
      1,
      suite === 'trixie' ? ['--image', 'slipway-testbed/node:trixie'] : [],
    )
    node = cluster.nodes[0] ?? ''
    root = `/proc/${await docker('inspect', '--format', '{{.State.Pid}}', node)}/root`
  })
  afterAll(() => cluster?.remove())

  const ask = (...commands: readonly (readonly string[])[]): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const socket = `${root}/run/containerd/containerd.sock`
      const client = execFile('perl', ['src/load/helper/containerd.pl', socket], (_error, stdout) =>
        resolve(stdout.trimEnd().split('\n')),
      )
      // One that finds no socket may be gone before it is asked.
      client.stdin?.on('error', () => {})
      client.stdin?.end(commands.map((words) => `${words.join('\t')}\n`).join(''))
    })

  /** A staged folder with a file, as `publish` wants it. */
  const publish = async (name: string, parent: string): Promise<readonly string[]> => {
    const staged = `${snapshotterRoot}/staged-${name.slice(-4)}`
    await inNode(node, 'sh', '-c', `mkdir ${staged} && echo ${name} >${staged}/file`)
    const folders = [`${root}${staged}`, snapshotterRoot, `${root}${snapshotterRoot}`]
    return ['publish', `slipway/test/${name}`, parent, name, ...folders]
  }

  test('layers become committed snapshots with their files and real sizes', async () => {
    const answers = await ask(await publish(below, ''), await publish(above, below))
    const done = expect.stringMatching(
      new RegExp(`^done\\t${snapshotterRoot}/snapshots/[0-9]+/fs$`),
    )
    expect(answers).toEqual(['ready', done, done])
    expect(await ctr(node, 'snapshots', 'tree')).toMatch(/sha256:a+\n.*sha256:b+/)
    expect(await ctr(node, 'snapshots', 'list')).not.toContain('slipway')
    const folder = answers[2]?.split('\t')[1] ?? ''
    expect(await inNode(node, 'cat', `${folder}/file`)).toBe(above)
    const [, size] =
      (await ctr(node, 'snapshots', 'usage', '-b', above)).split('\n')[1]?.split(/\s+/) ?? []
    expect(Number(size)).toBeGreaterThan(4_000)
    const { Kind, Parent, Labels } = JSON.parse(await ctr(node, 'snapshots', 'info', above))
    expect([Kind, Parent]).toEqual(['Committed', below])
    expect(Object.keys(Labels).toSorted()).toEqual([
      'containerd.io/gc.root',
      'containerd.io/snapshot.ref',
    ])
  })

  test('a name that is taken: the files are in place, and only the last step failed', async () => {
    const [, answer] = await ask(await publish(above, below))
    expect(answer).toMatch(/^uncommitted\t.*\/fs$/)
    expect(await ctr(node, 'snapshots', 'list')).toContain(`slipway/test/${above}`)
    await ctr(node, 'snapshots', 'remove', `slipway/test/${above}`)
  })

  test('what cannot be made has failed, and the next command is answered', async () => {
    const nowhere = await publish(`sha256:${'c'.repeat(64)}`, `sha256:${'d'.repeat(64)}`)
    const answers = await ask(nowhere, ['release', 'sha256:none'], ['what'], ['release', below])
    expect(answers).toEqual(['ready', 'failed', 'failed', 'failed', 'done'])
  })

  test('what is released goes when nothing refers to it', async () => {
    // Of the lower one the upper one still takes care.
    const { Labels } = JSON.parse(await ctr(node, 'snapshots', 'info', below))
    expect(Labels).toEqual({ 'containerd.io/snapshot.ref': below })
    expect(await ask(['release', above])).toEqual(['ready', 'done'])
    await ctr(node, 'content', 'prune', 'references')
    const left = await ctr(node, 'snapshots', 'list')
    expect([left.includes(above), left.includes(below)]).toEqual([false, false])
  })

  test('CRI tells the ID of an image by its names, and all of its images', async () => {
    const name = 'localhost/slipway-testbed/pause:1'
    const list = await ask(['images'])
    const line = list.find((each) => each.includes(name))
    expect([list[0], list.at(-1)]).toEqual(['ready', 'done'])
    expect(line).toMatch(new RegExp(`^image\\tsha256:[0-9a-f]{64}\\t${name}`))
    const id = line?.split('\t')[1] ?? ''
    const answers = await ask(['image', name], ['image', 'docker.io/library/none:1'], ['image', id])
    expect(answers).toEqual(['ready', id, 'none', id])
  })

  test('a socket that is not there is said at once', async () => {
    root = '/nowhere'
    expect(await ask()).toEqual([''])
  })
})
