import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { createScanner } from './leak-scanner.ts'

/** The middle of a text's base64 form when it starts at any of the three positions. */
const base64Shifts = (token: string): readonly string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + token)
      .toString('base64')
      .replace(/=+$/, '')
    // The first and last characters also depend on what stands next to the token.
    return encoded.slice(shift === 0 ? 0 : 4, -4)
  })

/** As long as no other text is by chance, and shorter than the lines into which tools break it. */
const pieceLength = 32

const piecesOf = (form: string): readonly string[] => {
  const starts = Array.from({ length: Math.floor(form.length / pieceLength) }, (_, i) => i)
  return [
    ...starts.map((index) => form.slice(index * pieceLength, (index + 1) * pieceLength)),
    form.slice(-pieceLength),
  ]
}

/** Long tokens are JWTs: what comes first is alike in all of them. */
const distinctivePart = (token: string): string => (token.length > 300 ? token.slice(-256) : token)

/**
 * By what a token is recognized: every piece of every form in which it could have been written
 * down. A line of 63 characters or more of any form holds a whole piece.
 */
export const formsOf = (token: string): readonly string[] => {
  const part = distinctivePart(token)
  const base64 = base64Shifts(part)
  const url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  const hex = Buffer.from(part).toString('hex')
  const forms = [part, encodeURIComponent(part), ...base64, ...url, hex, hex.toUpperCase()]
  return [...new Set(forms.flatMap(piecesOf))]
}

/** What lies on a disk: `kind` is find's letter, `f` for a file. */
export type Entry = { readonly kind: string; readonly path: string }

/**
 * All that lies below some folders, on their own file systems, and was written or linked later than
 * a stamp, if there is one; of several names of one file the first.
 */
export const changedSince = async (
  stamp: string | undefined,
  folders: readonly string[],
  except: readonly string[] = [],
): Promise<readonly Entry[]> => {
  const prune = except.flatMap((path) => ['-path', path, '-prune', '-o'])
  const newer = stamp === undefined ? [] : ['-cnewer', stamp]
  const found = [...newer, '-printf', '%D:%i %y %p\\0']
  // What vanishes while find looks makes it fail, and is no failure here.
  const find = spawn('find', [...folders, '-xdev', ...prune, ...found], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const listed = await text(find.stdout)
  const byInode = new Map<string, Entry>()
  for (const line of listed.split('\0')) {
    const [, inode, kind, path] = /^(\S+) (\S) (.*)$/s.exec(line) ?? []
    if (inode === undefined || kind === undefined || path === undefined) continue
    if (!byInode.has(inode)) byInode.set(inode, { kind, path })
  }
  return [...byInode.values()]
}

/** The files below some folders that hold one of the forms. */
export const filesWith = async (
  forms: readonly string[],
  folders: readonly string[],
  newerThan?: string,
): Promise<readonly string[]> => {
  const changed = await changedSince(newerThan, folders)
  const files = changed.filter(({ kind }) => kind === 'f').map(({ path }) => path)
  const found = await createScanner(forms).inFiles(files)
  return [...new Set(found.map(({ path }) => path))]
}

/** Says whether a text holds one of the forms. */
export const holds = (given: string, forms: readonly string[]): boolean =>
  forms.some((form) => given.includes(form))

const readQuietly = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // It ended between the listing and the look.
  }
}

export type ProcessWatch = {
  /** Looks at once, also between two samples. */
  readonly look: () => void
  /** Every environ and command line that was seen, by `PID/file`; call it once, at the end. */
  readonly stop: () => ReadonlyMap<string, string>
}

/** Samples the environment and the command line of every process of the machine. */
export const watchProcesses = (intervalMs = 10): ProcessWatch => {
  const seen = new Map<string, string>()
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const file of ['environ', 'cmdline']) {
        const content = readQuietly(`/proc/${pid}/${file}`)
        if (content !== '') seen.set(`${pid}/${file} ${content.length}`, content)
      }
    }
  }
  const timer = setInterval(look, intervalMs)
  return {
    look,
    stop: () => {
      clearInterval(timer)
      return seen
    },
  }
}
