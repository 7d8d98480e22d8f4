import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The middle of a text's base64 form when it starts at any of the three positions. */
const base64Shifts = (text: string): readonly string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + text)
      .toString('base64')
      .replace(/=+$/, '')
    // The first and last characters also depend on what stands next to the text.
    return encoded.slice(shift === 0 ? 0 : 4, -4)
  })

/** All forms in which a token could have been written down. */
export const formsOf = (token: string): readonly string[] => {
  const base64 = base64Shifts(token)
  const url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  const hex = Buffer.from(token).toString('hex')
  return [...new Set([token, encodeURIComponent(token), ...base64, ...url, hex, hex.toUpperCase()])]
}

/** The files below some folders that hold one of the forms, raw; grep does not mind binaries. */
export const filesWith = async (
  forms: readonly string[],
  folders: readonly string[],
  newerThan?: string,
): Promise<readonly string[]> => {
  const scratch = await mkdtemp(join(tmpdir(), 'slipway-forms-'))
  const patterns = join(scratch, 'forms')
  await writeFile(patterns, `${forms.join('\n')}\n`)
  const newer = newerThan === undefined ? '' : '-cnewer "$NEWER"'
  const script = `find "$@" -type f ${newer} -not -path "$SCRATCH/*" -print0 2>/dev/null | xargs -0 -r grep -laF -f "$SCRATCH/forms" -- || true`
  try {
    const { stdout } = await run('bash', ['-c', script, 'bash', ...folders], {
      env: { ...process.env, SCRATCH: scratch, NEWER: newerThan, LC_ALL: 'C' },
      maxBuffer: 1e8,
    })
    return stdout.split('\n').filter(Boolean)
  } finally {
    await rm(scratch, { recursive: true })
  }
}

/** Says whether a text holds one of the forms. */
export const holds = (text: string, forms: readonly string[]): boolean =>
  forms.some((form) => text.includes(form))

const readQuietly = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // It ended between the listing and the look.
  }
}

export type ProcessWatch = {
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
    stop: () => {
      clearInterval(timer)
      return seen
    },
  }
}
