import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDocker } from '../../src/docker/docker.ts'
import { toReferences } from '../../src/image/reference.ts'
import { importArchive } from '../../src/load/import-archive.ts'
import type { Streaming } from '../../src/load/streaming.ts'

const [old, made] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string]
const heldAs = 'slipway.invalid/run:x'
const [name, byContent] = ['docker.io/library/api:1', 'docker.io/library/api:sha-222222222222']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
  mkdirSync(join(folder, 'bin'))
  const programs = {
    docker: 'exit 0',
    crictl: 'cat "$OWN/images"',
    // A node without a list of images does not answer.
    ctr: `case "$*" in
  *"snapshots list"*) [ -e "$OWN/images" ] && echo KEY PARENT KIND ;;
  *"images remove "*) echo "$4" >>"$OWN/removed" ;;
  *"import --help"*) ;;
  *import*) cat >/dev/null; [ ! -e "$OWN/next" ] || mv "$OWN/next" "$OWN/images"; echo no space >&2; exit 1 ;;
esac`,
  }
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', program), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', program), 0o755)
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

type Listed = Readonly<Record<string, readonly string[]>>

/** As crictl lists images: their names by their IDs. */
const put = (file: string, listed: Listed): void => {
  const images = Object.entries(listed).map(([id, repoTags]) => ({ id, repoTags, repoDigests: [] }))
  writeFileSync(join(folder, file), JSON.stringify({ images }, null, 2))
}

/** The import of an image into a node that has no room for it; what is removed then. */
const failImport = async (): Promise<readonly string[]> => {
  const env = { PATH: `${folder}/bin:${process.env['PATH']}`, OWN: folder }
  const { signal } = new AbortController()
  const containerd = { namespace: 'k8s.io', root: '/', snapshotter: 'native' }
  const node = { name: 'n', provider: 'containerd', userland: 'busybox', containerd }
  const problem = await importArchive(
    {
      docker: createDocker(env, signal),
      api: { cancelled: signal },
      engine: { hasContainerdStore: false },
      runId: 'run',
      image: { id: made, heldAs, references: toReferences(['api:1']), digestNames: [], layers: [] },
      node: { ...node, startedBy: [], env },
      signal,
      onBytes: () => {},
    } as unknown as Streaming,
    undefined,
  )
  expect(problem).toContain('no space')
  return readFileSync(join(folder, 'removed'), 'utf8').trim().split('\n')
}

test('an image that was in the node by the same name stays when the import of another one fails', async () => {
  put('images', { [old]: [name] })
  const removed = await failImport()
  expect(removed).toContain(heldAs)
  expect(removed).not.toContain(name)
  expect(removed).not.toContain(old)
})

test('names that the import made or moved go when it fails, and the ID that CRI has made of it', async () => {
  put('images', { [old]: [name] })
  put('next', { [old]: [], [made]: [heldAs, name, byContent] })
  expect(new Set(await failImport())).toEqual(new Set([heldAs, name, byContent, made]))
})

test('an image that was there by its ID keeps it', async () => {
  put('images', { [made]: ['docker.io/library/web:1'] })
  put('next', { [made]: ['docker.io/library/web:1', heldAs, name] })
  expect(await failImport()).not.toContain(made)
})

test("where the node did not say what it had, only this run's own name goes", async () => {
  put('next', { [made]: [heldAs, name] })
  expect(await failImport()).toEqual([heldAs])
})
