import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callHelper } from '../../support/helper-shell.ts'

/** What `ctr` and `crictl` print, in the words of the program that does it where there is a Perl. */
let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-ctr-'))
})
afterEach(() => rm(place, { recursive: true }))

const id = (digit: string): string => `sha256:${digit.repeat(64)}`
const record = `${'a'.repeat(64)}.${'c'.repeat(64)}.${'d'.repeat(64)}.17.18`
const name = 'docker.io/library/api:1'

const cri = {
  images: [
    { id: id('c'), repoTags: [name, 'b:1'], repoDigests: [], size: '9', spec: { image: id('c') } },
    { id: id('e'), repoTags: [], repoDigests: ['b@sha256:1'], username: '' },
    { id: id('f'), repoTags: null, repoDigests: null },
  ],
}

test.each<[string, string, string, readonly string[]]>([
  [
    'snapshots',
    '',
    `KEY PARENT KIND\n${id('1')}  Committed\n${id('2')} ${id('1')} Committed\nrunning ${id('2')} Active\n`,
    [`snapshot\t${id('1')}\t3`, `snapshot\t${id('2')}\t3`, 'snapshot\trunning\t2'],
  ],
  [
    'labels',
    name,
    `REF TYPE DIGEST SIZE PLATFORMS LABELS\n${name} application/json ${id('b')} 1.0 MiB linux/amd64 dev.slipway/record=${record},io.cri-containerd.image=managed\n${id('c')} application/json ${id('b')} 1.0 MiB linux/amd64 io.cri-containerd.image=managed\n`,
    [`label\t${name}\t${record}`, `label\t${id('c')}\t`],
  ],
  [
    'held',
    '',
    `DIGEST SIZE AGE LABELS\n${id('c')}\t2kB\t5 minutes\tcontainerd.io/gc.ref.snapshot.overlayfs=${id('2')}\n${id('b')}\t1kB\t5 minutes\tcontainerd.io/gc.ref.content.config=${id('c')}\n`,
    [`held\t${id('c')}\t${id('2')}`],
  ],
  [
    'images',
    '',
    JSON.stringify(cri, undefined, 2),
    [`image\t${id('c')}\t${name}\tb:1`, `image\t${id('e')}\tb@sha256:1`, `image\t${id('f')}`],
  ],
])('%s', async (command, argument, printed, lines) => {
  await writeFile(join(place, 'printed'), printed)
  const script = `ctl() { cat "$work/printed"; }; crictl() { cat "$work/printed"; }
    request ${command} ${argument}; printf '%s\\n' "\${answers[@]}"`
  const { code, said } = await callHelper(['record', 'lists', 'client', 'names'], place, script)
  expect([code, said.replace(/\n$/, '').split('\n')]).toEqual([0, lines])
})
