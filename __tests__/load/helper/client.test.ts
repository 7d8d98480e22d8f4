import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callHelper } from '../../support/helper-shell.ts'

/** How the helper asks a node's containerd: a client that answers, one that fails, and one that is none. */
let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-asked-'))
})
afterEach(() => rm(place, { recursive: true }))

const show = `printf '<%s>' "\${answers[@]}"; echo`

/** Puts requests to a client that is a shell function, which gets their lines. */
const ask = (client: string, requests: string) =>
  callHelper(
    ['record', 'lists', 'client', 'names'],
    place,
    `asking='' answering=''
    trap : PIPE
    client() { ${client}; }
    ctl() { echo "ctr $*" >&2; }
    by_ctr_image() { echo "by ctr $1"; }
    by_ctr_labels() { printf 'by ctr\\n%s\\n' "$@"; }
    start_client
    await_client
    ${requests}
    end_client`,
  )

const echoing = `echo ready; while IFS= read -r line && [[ -n "$line" ]]; do printf '%s\\n' "$line"; done`

test('words go as one line with tabs, as they are', async () => {
  const requests = `request image 'a b*$(x)\\n' '' c; ${show}`
  const { code, said } = await ask(echoing, requests)
  expect([code, said]).toEqual([0, '<image\ta b*$(x)\\n\t\tc>\n'])
})

test('a list has many lines, and its end is none of them', async () => {
  const client = `echo ready; read -r line; printf '%s\\n' one two done; read -r line; printf '%s\\n' done`
  const { code, said } = await ask(client, `request snapshots; ${show}; request held; ${show}`)
  expect([code, said]).toEqual([0, '<one><two>\n<>\n'])
})

test('what fails is done by ctr, and the client is asked on', async () => {
  const client = `echo ready; read -r line; echo failed; read -r line; echo sha256:1`
  const { code, said } = await ask(client, `request image a; ${show}; request image b; ${show}`)
  expect([code, said]).toEqual([0, '<by ctr a>\n<sha256:1>\n'])
})

test('a list that fails halfway is asked of ctr as a whole', async () => {
  const client = `echo ready; read -r line; printf '%s\\n' one failed`
  expect((await ask(client, `request labels n; ${show}`)).said).toBe('<by ctr><n>\n')
})

test.each([
  ['is not there', 'return 1'],
  ['ends at once', 'echo ready'],
  ['ends amid an answer', 'echo ready; read -r line; printf half'],
])('a client that %s is replaced by ctr', async (_, client) => {
  const requests = `request image a; ${show}; request image b; ${show}`
  const { code, said } = await ask(client, requests)
  expect([code, said]).toEqual([0, '<by ctr a>\n<by ctr b>\n'])
})

test('the process that is ended in the end is the program itself', async () => {
  const parts = ['record', 'lists', 'client', 'names']
  const script = `asking='' answering='' client='$| = 1; print "ready\\n"; <STDIN>'
    start_client
    await_client
    cat "/proc/$answerer/comm"
    end_client`
  expect(await callHelper(parts, place, script)).toEqual({ code: 0, said: 'perl\n' })
})
