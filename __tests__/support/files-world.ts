import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerNode } from '../../src/cluster/node.ts'
import { createMailbox, type Helper, toText } from '../../src/files/conversation.ts'
import { gatherFiles } from '../../src/files/gather-files.ts'
import { filesProgram } from '../../src/files/helper.ts'
import { type Placed, placeTrees, type Removal } from '../../src/files/place-trees.ts'
import { findLocalSource } from '../../src/files/sources/local.ts'
import type { WantedFiles } from '../../src/files/wanted.ts'
import { splitLines } from '../../src/host/lines.ts'

/**
 * Kills the program and its children just before the Nth thing that it changes in a filesystem; each process
 * goes on counting where it was forked.
 */
const killer = (at: number): string => `BEGIN {
  my $left = ${at};
  my $step = sub { kill 'KILL', -getpgrp() if --$left == 0 };
  *CORE::GLOBAL::rename = sub ($$) { $step->(); CORE::rename($_[0], $_[1]) };
  *CORE::GLOBAL::link = sub ($$) { $step->(); CORE::link($_[0], $_[1]) };
  *CORE::GLOBAL::symlink = sub ($$) { $step->(); CORE::symlink($_[0], $_[1]) };
  *CORE::GLOBAL::mkdir = sub (_;$) { $step->(); @_ > 1 ? CORE::mkdir($_[0], $_[1]) : CORE::mkdir($_[0]) };
  *CORE::GLOBAL::rmdir = sub (_) { $step->(); CORE::rmdir($_[0]) };
  *CORE::GLOBAL::unlink = sub (@) { $step->(); CORE::unlink(@_) };
  *CORE::GLOBAL::chmod = sub (@) { $step->(); CORE::chmod(@_) };
  *CORE::GLOBAL::utime = sub (@) { $step->(); CORE::utime(@_) };
}
`

/**
 * Folders that stand for the store and the volumes of two nodes, for the real program without a container.
 *
 * @param disk where the store and the nodes are; the source is in the temporary folder
 */
export const makeWorld = (disk = tmpdir()) => {
  const root = mkdtempSync(join(disk, 'slipway-world-'))
  const store = join(root, 'store')
  const source = mkdtempSync(join(tmpdir(), 'slipway-source-'))
  const nodes = ['a', 'b'].map((name): ContainerNode => {
    mkdirSync(join(root, name, 'lib'), { recursive: true })
    return {
      name,
      role: 'worker',
      containerId: name,
      imageId: 'sha256:0',
      pid: process.pid,
      mounts: [{ destination: '/var', source: join(root, name) }],
      provider: 'kind',
      userland: 'gnu',
      containerd: { namespace: 'k8s.io', root: '/none', snapshotter: 'overlayfs' },
    }
  })
  mkdirSync(store)
  let runs = 0

  const withProgram = async <T>(killAt: number, speak: (helper: Helper) => Promise<T>) => {
    runs += 1
    const program = (killAt > 0 ? killer(killAt) : '') + filesProgram()
    const child = spawn('perl', ['-e', program], { detached: true, stdio: 'pipe' })
    const mailbox = createMailbox()
    const errors: string[] = []
    splitLines(child.stdout, mailbox.add)
    splitLines(child.stderr, (line) => errors.push(line))
    child.stdin.on('error', () => {})
    const exited = once(child, 'close').then(([code, signal]) => {
      mailbox.end(new Error(`ended: ${signal ?? code} ${errors.join(' ')}`))
      return signal
    })
    const helper: Helper = {
      send: (commands) => void child.stdin.write(toText(commands)),
      hearUntil: mailbox.hearUntil,
    }
    helper.send([['open', runs.toString(16).padStart(16, '0'), store, 2]])
    const result = await speak(helper).catch((error: unknown) => {
      child.stdin.end()
      return { error }
    })
    return { result, wasKilled: (await exited) === 'SIGKILL' }
  }

  /** Puts the source's files to a path of both nodes. */
  const sync = async (
    target: string,
    {
      killAt = 0,
      isWritable = false,
      verifies = false,
      removals = [] as readonly Removal[],
      /** By paths: what is known of files that nobody has read. */
      digests = {} as Readonly<Record<string, string>>,
    } = {},
  ): Promise<{
    readonly wasKilled: boolean
    readonly placed: readonly Placed[]
    readonly copiedBytes: number
  }> => {
    const found = { kind: 'local', source: findLocalSource(source, 'source') } as const
    const files = {
      given: '',
      origin: { kind: 'local', path: source },
      target,
      isWritable,
    } as const
    const wanted: readonly WantedFiles[] = [{ files, found, into: nodes }]
    const view = {
      mounted: root,
      store,
      toPlace: (node: ContainerNode, path: string) => ({
        destination: '/var',
        root: join(root, node.name),
        var: join(root, node.name),
        parent: path.slice('/var/'.length, path.lastIndexOf('/')),
        name: path.slice(path.lastIndexOf('/') + 1),
      }),
    }
    const { result, wasKilled } = await withProgram(killAt, async (helper) => {
      await helper.hearUntil('opened')
      const sought = [{ found, seenAs: source, folder: root }]
      const files = found.source.files.map((file) => ({ ...file, sha256: digests[file.path] }))
      const tree = { ...found.source, files }
      const gathered = await gatherFiles(helper, sought, [tree], verifies, () => {})
      const placed = await placeTrees(helper, wanted, gathered.trees, removals, view, verifies)
      helper.send([['trim', 0], ['end']])
      await helper.hearUntil('ended')
      return { placed, copiedBytes: gathered.copiedBytes }
    })
    if ('error' in result && !wasKilled) throw result.error
    return 'error' in result ? { wasKilled, placed: [], copiedBytes: 0 } : { wasKilled, ...result }
  }

  /** Everything below a folder, as `path kind content`. */
  const list = (folder: string, at = ''): readonly string[] =>
    readdirSync(join(root, folder, at)).flatMap((name) => {
      const path = at === '' ? name : `${at}/${name}`
      const whole = join(root, folder, path)
      const stats = lstatSync(whole)
      if (stats.isDirectory()) return [`${path}/`, ...list(folder, path)]
      if (stats.isSymbolicLink()) return [`${path} -> ${readlinkSync(whole)}`]
      return [`${path} ${(stats.mode & 0o777).toString(8)} ${readFileSync(whole, 'utf8').trim()}`]
    })

  /** Objects that are not what their names say. */
  const wrongObjects = (): readonly string[] =>
    readdirSync(join(store, 'objects')).filter((name) => {
      const bytes = readFileSync(join(store, 'objects', name))
      return createHash('sha256').update(bytes).digest('hex') !== name.replace(/\.x$/, '')
    })

  return {
    root,
    source,
    nodes,
    sync,
    list,
    wrongObjects,
    write: (path: string, content: string): void => {
      mkdirSync(join(source, path, '..'), { recursive: true })
      writeFileSync(join(source, path), content)
    },
    remove: (): void => {
      for (const folder of [root, source]) rmSync(folder, { recursive: true })
    },
  }
}
