import type { Placed } from '../../image/contents/merge.ts'
import type { Match, Rule } from './finding.ts'
import { findSecret } from './match-secrets.ts'
import { isPublic } from './public-keys.ts'
import { readTexts } from './read-texts.ts'
import { isBase, nameOf, type Subject } from './subject.ts'

const writableRule: Rule = {
  id: 'writable-by-all',
  level: 'warning',
  what: 'Files or folders that anybody may write',
  fix: 'Copy with `--chmod=` or write `chmod o-w` in the RUN that makes them; give them to the user that runs the program.',
  doubt: 'the program runs as a user that nobody knows beforehand',
}

const keyRule: Rule = {
  id: 'readable-key',
  level: 'error',
  what: 'A private key that anybody may read',
  fix: 'Replace it: whoever can pull the image has it. Mount it in the pod from a Secret, with `defaultMode: 0400`.',
}

export const modeRules: readonly Rule[] = [writableRule, keyRule]

const [othersWrite, othersRead, sticky] = [0o002, 0o004, 0o1000]

/** Where all may write by design. */
const isShared = /^(?:tmp|var\/tmp|dev|proc|sys|run\/lock|var\/lock)(?:\/|$)/

const matchWritable = (subject: Subject): readonly Match[] => {
  const found = subject.merged.visible.filter(
    ({ layer, entry: { type, mode, path } }) =>
      !isBase(subject, layer) &&
      path !== '' &&
      (type === 'f' || type === 'd') &&
      (mode & othersWrite) !== 0 &&
      (mode & sticky) === 0 &&
      !isShared.test(path),
  )
  return [...Map.groupBy(found, ({ layer }) => layer)].map(([layer, group]) => ({
    rule: writableRule,
    layer,
    bytes: 0,
    // What is in such a folder says no more.
    paths: group
      .map(({ entry }) => entry.path)
      .toSorted((a, b) => a.split('/').length - b.split('/').length),
  }))
}

const keyName = /\.(?:pem|key)$|^(?:id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|key)$/

const privateKey = /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/

const mostKeys = 1_000
const headBytes = 16_000

const matchKeys = async (subject: Subject): Promise<readonly Match[]> => {
  const candidates: readonly Placed[] = subject.merged.visible
    .filter(
      ({ layer, entry }) =>
        entry.type === 'f' &&
        (entry.mode & othersRead) !== 0 &&
        keyName.test(nameOf(entry)) &&
        !isPublic(entry.path) &&
        !isBase(subject, layer),
    )
    .slice(0, mostKeys)
  const heads = await readTexts(subject, candidates, {
    longest: headBytes,
    most: mostKeys * headBytes,
    mayBeCut: true,
  })
  const keys = candidates.filter(({ entry }, at) => {
    const head = heads[at] ?? ''
    // Of those the rule of credentials tells.
    return privateKey.test(head) && findSecret(entry.path, head) === undefined
  })
  return [...Map.groupBy(keys, ({ layer }) => layer)].map(([layer, group]) => ({
    rule: keyRule,
    layer,
    bytes: 0,
    paths: group.map(({ entry }) => entry.path),
  }))
}

/** What more people may do with files than they should. */
export const matchModes = async (subject: Subject): Promise<readonly Match[]> => [
  ...matchWritable(subject),
  ...(await matchKeys(subject)),
]
