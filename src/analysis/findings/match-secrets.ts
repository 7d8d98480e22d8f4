import { attempt } from '../../failure.ts'
import type { Placed } from '../../image/contents/merge.ts'
import { tokenPatterns } from '../../image/tokens.ts'
import type { Match, Rule } from './finding.ts'
import { isSampleOfPackage } from './public-keys.ts'
import { nameOf, type Subject } from './subject.ts'

/** A file by its path, and what of its content makes it a secret. The content is never kept or shown. */
type SecretFile = {
  readonly kind: string
  readonly path: RegExp
  readonly content: RegExp
  /** Whether it is known to all by its path. */
  readonly isPublic?: (path: string) => boolean
}

const fileRule: Rule = {
  id: 'credentials',
  level: 'error',
  what: 'Credentials in the image',
  fix: 'Revoke them: whoever can pull the image has them, also if a later line deletes them. Mount them with `RUN --mount=type=secret`.',
}

const textRule: Rule = {
  id: 'credentials-in-history',
  level: 'error',
  what: "A token in the image's history or environment",
  fix: 'Revoke it: `docker history` and `docker inspect` show it. Use `RUN --mount=type=secret` in place of ARG and ENV.',
}

const privateKey = /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/

/** Not what stands for a secret until somebody puts it there: `$TOKEN`, `${TOKEN}`. */
const given = String.raw`(?!["']?\$(?:[A-Za-z_]\w{0,99}|\{[^}\s]{1,99}\})["']?(?:[\s@]|$))`

const secretFiles: readonly SecretFile[] = [
  {
    kind: 'netrc',
    path: /(?:^|\/)[._]netrc$/,
    content: new RegExp(String.raw`\bpassword\s{1,9}${given}\S`),
  },
  {
    kind: "Git's credentials",
    path: /(?:^|\/)(?:\.git-credentials|\.config\/git\/credentials)$/,
    content: new RegExp(String.raw`^https?://[^\s/@:]*:${given}[^\s/@]+@`, 'm'),
  },
  {
    kind: 'a token in a Git configuration',
    path: /(?:^|\/)(?:\.git\/config|\.gitconfig)$/,
    content: new RegExp(
      String.raw`extraheader[ \t]{0,9}=[ \t]{0,9}authorization:|https?://[^\s/@:]*:${given}[^\s/@]+@`,
      'i',
    ),
  },
  {
    kind: 'an SSH key',
    path: /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.ssh\/[^/]+)$/,
    content: privateKey,
    isPublic: isSampleOfPackage,
  },
  {
    kind: "npm's token",
    path: /(?:^|\/)\.npmrc$/,
    content: /^[^#;\n]*(?:_authToken|_password|_auth)[ \t]{0,9}=[ \t]{0,9}["']?[^\s"'$]/m,
  },
  {
    kind: "PyPI's password",
    path: /(?:^|\/)\.pypirc$/,
    content: new RegExp(String.raw`^[ \t]{0,9}password[ \t]{0,9}[:=][ \t]{0,9}${given}\S`, 'm'),
  },
  {
    kind: "Docker's login",
    path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg)$/,
    content: /"(?:auth|identitytoken)"\s{0,9}:\s{0,9}"[^"]/,
  },
  {
    kind: "AWS's keys",
    path: /(?:^|\/)\.aws\/credentials$/,
    // The one of Amazon's documentation ends in EXAMPLEKEY.
    content: /aws_secret_access_key[ \t]{0,9}=[ \t]{0,9}(?![\w/+]{1,60}EXAMPLEKEY\b)[^\s=]/i,
  },
  {
    kind: 'a cluster administrator',
    path: /(?:^|\/)\.kube\/config$/,
    content: new RegExp(String.raw`(?:client-key-data|token):[ \t]{0,9}${given}(?!""|'')\S`),
  },
]

const isOf = ({ path: known, isPublic }: SecretFile, path: string): boolean =>
  known.test(path) && isPublic?.(path) !== true

/** What a file holds that nobody should see; undefined where it is none of these, or has no secret in it. */
export const findSecret = (path: string, head: string): string | undefined =>
  secretFiles.find((each) => isOf(each, path) && each.content.test(head))?.kind

const headBytes = 16_000
const mostHeads = 1_000

/** In all layers: who deletes it later only hides it. */
const matchFiles = async (subject: Subject): Promise<readonly Match[]> => {
  const candidates: { readonly secret: SecretFile; readonly placed: Placed }[] = []
  subject.contents.layers.forEach((entries, layer) => {
    for (const entry of entries) {
      if (entry.type !== 'f' || entry.sizeBytes === 0) continue
      // Most files end here: all these names begin with a dot or an i, or their folder does.
      const name = nameOf(entry)
      if (!/^(?:[._]|id_|credentials$|config)/.test(name) && !entry.path.includes('.ssh/')) continue
      const secret = secretFiles.find((each) => isOf(each, entry.path))
      if (secret !== undefined) candidates.push({ secret, placed: { layer, entry } })
    }
  })
  const looked = candidates.slice(0, mostHeads)
  const heads = await Promise.all(
    looked.map(({ placed: { layer, entry } }) =>
      subject.files.bytes(layer, entry.path, 0, headBytes),
    ),
  )
  const found = looked.filter(({ placed }, at) =>
    findSecret(placed.entry.path, heads[at]?.toString('latin1') ?? ''),
  )
  return [...Map.groupBy(found, ({ placed }) => placed.layer)].map(([layer, group]) => ({
    rule: fileRule,
    layer,
    bytes: 0,
    paths: group.map(({ placed }) => placed.entry.path),
    evidence: [...new Set(group.map(({ secret }) => secret.kind))].join(', '),
  }))
}

type Config = {
  readonly history?: readonly { readonly created_by?: unknown; readonly empty_layer?: unknown }[]
  readonly config?: { readonly Env?: readonly unknown[] }
}

/** A layer for each entry of the history: its own, or the one that comes after it. */
const toLayers = (history: NonNullable<Config['history']>, layers: number): readonly number[] => {
  let next = 0
  return history.map(({ empty_layer: isEmpty }) => {
    const layer = Math.min(next, layers - 1)
    if (isEmpty !== true) next += 1
    return layer
  })
}

const matchTexts = ({ contents, origins }: Subject): readonly Match[] => {
  const { history = [], config = {} } = attempt(() => JSON.parse(contents.config) as Config) ?? {}
  if (!Array.isArray(history)) return []
  const layers = toLayers(history, contents.layers.length)
  const texts = [
    ...history.map(({ created_by: text }, at) => ({ text: String(text), layer: layers[at] ?? 0 })),
    ...(Array.isArray(config.Env) ? config.Env : []).map((text) => ({
      text: String(text),
      layer: Math.max(0, origins.length - 1),
    })),
  ]
  const found = texts.flatMap(({ text, layer }) =>
    tokenPatterns.filter(([, pattern]) => pattern.test(text)).map(([kind]) => ({ kind, layer })),
  )
  const [first] = found
  if (first === undefined) return []
  const evidence = [...new Set(found.map(({ kind }) => kind))].join(', ')
  return [{ rule: textRule, layer: first.layer, bytes: 0, paths: [], evidence }]
}

export const secretRules: readonly Rule[] = [fileRule, textRule]

/** Credentials that the image shows to all who can pull it; of values nothing is told. */
export const matchSecrets = async (subject: Subject): Promise<readonly Match[]> => [
  ...(await matchFiles(subject)),
  ...matchTexts(subject),
]
