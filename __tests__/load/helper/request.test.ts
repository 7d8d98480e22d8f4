import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type HelperEnd,
  type HelperProcess,
  startHelper,
  untilPrinted,
} from '../../support/helper-process.ts'

/** What the action and its helper say to each other, without a load, an engine or a node. */
let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-request-'))
})
afterEach(() => rm(place, { recursive: true }))

const digest = `sha256:${'c'.repeat(64)}`

const whole: readonly string[] = [
  'run\tr1',
  'deadline\t60',
  'method\tauto',
  'mount\t/var/lib/docker',
  'name\tdocker.io/library/api:1',
  'node\tkind-worker\t17\t/var/lib/containerd\t/var/lib/docker/volumes/v/_data',
  `layer\tsha256:d0\tsha256:c0\t/var/lib/docker/overlay2/a/diff`,
  `overlay2\t/var/lib/docker/image/config\t${digest}`,
  'go',
]

/** Sends lines and reads what a body prints of them. */
const request = (lines: readonly string[], body: string): Promise<HelperEnd> => {
  const helper = startHelper(place, body)
  helper.write(`${lines.join('\n')}\n`)
  return helper.end
}

/** A list as the helper has it, each entry in brackets. */
const list = (name: string): string => `printf '[%s]' "\${${name}[@]}"`

const replace = (word: string, line: string): readonly string[] =>
  whole.map((each) => (each.split('\t')[0] === word ? line : each))

const without = (word: string): readonly string[] =>
  whole.filter((each) => each.split('\t')[0] !== word)

describe('a request', () => {
  test('says all that a load needs to know', async () => {
    const facts = 'run deadline wanted mounted store config config_digest'
    const body = `for fact in ${facts}; do echo "$fact=\${!fact}"; done; ${list('nodes')}`
    expect(await request(whole, body)).toEqual({
      code: 0,
      stderr: '',
      stdout: `run=r1
deadline=60
wanted=auto
mounted=/var/lib/docker
store=overlay2
config=/var/lib/docker/image/config
config_digest=${digest}
[kind-worker\t17\t/var/lib/containerd\t/var/lib/docker/volumes/v/_data]`,
    })
  })

  test('of the containerd store says where that is', async () => {
    const line = `containerd\t/run/c/containerd.sock\tmoby\t${digest}\tarm64`
    const body = 'echo "$store $address $namespace $image $architecture"'
    const { stdout } = await request(replace('overlay2', line), body)
    expect(stdout).toBe(`containerd /run/c/containerd.sock moby ${digest} arm64\n`)
  })

  test('has layers in their order, and folders only where Docker tells them', async () => {
    const layers = ['layer\td0\tc0\t/a b/diff', 'layer\td1\tc1', 'layer\td2\tc2\t/c']
    const lines = [...without('layer').slice(0, -1), ...layers, 'go']
    const body = ['diffs', 'chains', 'folders'].map(list).join('; echo; ')
    const { stdout } = await request(lines, body)
    expect(stdout).toBe('[d0][d1][d2]\n[c0][c1][c2]\n[/a b/diff][][/c]')
  })

  test.each([
    ['blanks', 'a  b'],
    ['what a shell would run', '$(touch planted)`touch planted`;touch planted'],
    ['patterns', '*?[a]{b,c}~'],
    ['quotes and backslashes', `'"\\n\\`],
    ['a dash in front', '-n'],
    ['letters beyond ASCII', 'größe:日本'],
    ['bytes of an escape sequence', '\u001b[2J'],
  ])('may have names with %s', async (_, name) => {
    const { code, stdout, stderr } = await request(
      replace('name', `name\t${name}`),
      `cd "$1"; ${list('names')}; echo; ls`,
    )
    expect([code, stdout, stderr]).toEqual([0, `[${name}]\n`, ''])
  })

  test('may have words that this helper does not know, and empty lines', async () => {
    const lines = ['', 'colour\tgreen\tblue', 'GO', ' go', ...whole]
    const { code, stdout } = await request(lines, list('names'))
    expect([code, stdout]).toEqual([0, '[docker.io/library/api:1]'])
  })

  test('ends with `go`: what follows is an answer', async () => {
    const late = 'name\tlate\n'
    const digestOfLate = createHash('sha256').update(late).digest('hex')
    const answer = [`sha256:${digestOfLate}\t${late.length}`, late.trim()]
    const { stdout } = await request([...whole, ...answer], list('names'))
    expect(stdout).toBe('[docker.io/library/api:1]')
  })

  test('may have the root of the filesystem mounted', async () => {
    const body = 'inside place /etc/x; echo "$place"'
    expect((await request(replace('mount', 'mount\t/\t/slipway'), body)).stdout).toBe(
      '/slipway/etc/x\n',
    )
  })

  test('may see all where it is, on a machine', async () => {
    const body = 'inside place /etc/x; echo "$place"'
    expect((await request(replace('mount', 'mount\t/'), body)).stdout).toBe('/etc/x\n')
  })

  test.each(['run', 'deadline', 'method', 'mount', 'overlay2', 'node'])(
    'without the word %s is none',
    async (word) => {
      const { code, stdout, stderr } = await request(without(word), 'echo begun')
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/^the request does not say everything: \w+\n$/)
    },
  )
})

describe('a request that ends early', () => {
  test.each([
    ['before it has begun', ''],
    ['before `go`', `${without('go').join('\n')}\n`],
    ['amid the last word', `${without('go').join('\n')}\ng`],
    ['before the end of the last line', `${without('go').join('\n')}\ngo`],
  ])('%s is not acted on', async (_, text) => {
    const helper = startHelper(place, 'echo begun')
    helper.write(text)
    helper.hangUp()
    expect(await helper.end).toEqual({ code: 1, stdout: '', stderr: '' })
  })
})

describe('the lifeline', () => {
  test('ends the helper, which undoes what it did', async () => {
    const undone = join(place, 'undone')
    const body = `(trap 'exit 143' TERM; trap 'echo undone >"${undone}"' EXIT
      echo working; while :; do sleep 0.05; done) & jobs+=($!); wait`
    const helper = startHelper(place, body)
    helper.write(`${whole.join('\n')}\n`)
    await untilPrinted(helper, 'working')
    helper.hangUp()
    expect((await helper.end).code).toBe(143)
    expect(await readFile(undone, 'utf8')).toBe('undone\n')
  })

  test('is not for ever: the deadline says so and ends the helper', async () => {
    const { code, stderr } = await request(
      replace('deadline', 'deadline\t0.2'),
      'while :; do sleep 0.05; done',
    )
    expect([code, stderr]).toEqual([143, 'no end after 0.2 s\n'])
  })

  test('ends it also in the moment in which a node ends by itself', async () => {
    const body = '(sleep 0.01; kill -TERM "$main") & jobs+=($!); wait "$!"'
    const helpers: HelperProcess[] = []
    const start = async (): Promise<void> => {
      const helper = startHelper(place, body)
      helpers.push(helper)
      helper.write(`${whole.join('\n')}\n`)
      await helper.end
    }
    // Bash gets into trouble about every sixth time.
    const rounds = async (): Promise<string> => {
      for (let round = 0; round < 10; round += 1) await Promise.all([1, 2, 3, 4, 5, 6].map(start))
      return 'all have ended'
    }
    const said = await Promise.race([rounds(), delay(20_000, 'one hangs')])
    for (const helper of helpers) helper.hangUp()
    expect(said).toBe('all have ended')
  })

  test('leaves no working folder behind', async () => {
    const { stdout } = await request(whole, 'echo "$work"')
    await expect(readFile(stdout.trim())).rejects.toThrow('ENOENT')
  })
})

describe('the question for a manifest', () => {
  const manifest = '{\n"a":"\\u0024(x) \\\\ *","b":  " "}\n'
  const digestOfIt = createHash('sha256').update(manifest).digest('hex')
  const config = '{"rootfs":{}}'
  const ask = async (): Promise<ReturnType<typeof startHelper>> => {
    const file = join(place, 'config')
    await writeFile(file, config)
    const body = `inside() { printf -v "$1" %s "$2"; }
      read_overlay2
      until [[ -s "$work/digest" ]]; do sleep 0.01; done
      cat "$work/digest"; echo; cat "$work/manifest"; echo; cmp "$work/manifest" "$work/blobs/sha256/${digestOfIt}" && echo same`
    const helper = startHelper(place, body)
    helper.write(`${replace('overlay2', `overlay2\t${file}\t${digest}`).join('\n')}\n`)
    return helper
  }

  test('tells the size of the config, and takes the answer as it is', async () => {
    const helper = await ask()
    await untilPrinted(helper, `\tconfig\t${config.length}\n`)
    helper.write(`sha256:${digestOfIt}\t${manifest.length}\n${manifest}`)
    await untilPrinted(helper, 'same')
    const { code, stdout } = await helper.end
    expect(code).toBe(0)
    expect(stdout).toBe(`\tconfig\t${config.length}\nsha256:${digestOfIt}\n${manifest}\nsame\n`)
  })

  test.each([
    ['no digest', 'what?\t2\n{}'],
    ['a digest that leads elsewhere', `sha256:../../${'b'.repeat(58)}\t2\n{}`],
    ['no size', `sha256:${'b'.repeat(64)}\t-1\n{}`],
    ['the digest of something else', `sha256:${'b'.repeat(64)}\t2\n{}`],
    ['nothing', ''],
  ])('is over with an answer that has %s', async (_, answer) => {
    const helper = await ask()
    await untilPrinted(helper, '\tconfig\t')
    helper.write(`${answer}\n`)
    const { code, stderr } = await helper.end
    expect([code, stderr]).toEqual([143, 'the answer about the config is no manifest\n'])
  })

  test.each([
    ['at all', ''],
    ['as a whole', `sha256:${'b'.repeat(64)}\t12\n{"a`],
  ])('is over when the answer does not come %s', async (_, answer) => {
    const helper = await ask()
    await untilPrinted(helper, '\tconfig\t')
    helper.write(answer)
    helper.hangUp()
    expect(await helper.end).toMatchObject({ code: 143, stderr: '' })
  })

  test('is not put for a config whose digest is none', async () => {
    const lines = replace('overlay2', `overlay2\t/etc/passwd\t../../planted`)
    const { code, stdout, stderr } = await request(
      lines,
      'inside() { printf -v "$1" %s "$2"; }; read_overlay2',
    )
    expect([code, stdout, stderr]).toEqual([1, '', '../../planted is no digest\n'])
  })
})

describe('events', () => {
  test.each([
    ['one node', 'node=a; say loaded 5 0 link', 'a\tloaded\t5\t0\tlink\n'],
    ['all of them', 'say config 648', '\tconfig\t648\n'],
    [
      'a node from a function whose output goes elsewhere',
      'node=a; (say copying 1 2) >/dev/null',
      'a\tcopying\t1\t2\n',
    ],
    [
      'what is none there, as one line',
      "node=a; (cannot $'a\\tb\\nc\\ed') || true",
      'a\tcannot\ta b c d\n',
    ],
  ])('are a line with tabs: of %s', async (_, body, printed) => {
    expect(await request(whole, body)).toEqual({ code: 0, stdout: printed, stderr: '' })
  })

  test.each([
    ['of a node', "node=a; die $'one\\ntwo\\e[2J'", 'a: one?two?[2J\n'],
    ['of none', 'die no room', 'no room\n'],
  ])('failures go to standard error as one line: %s', async (_, body, said) => {
    expect(await request(whole, body)).toEqual({ code: 1, stdout: '', stderr: said })
  })
})
