import { randomBytes } from 'node:crypto'

export type WriteLine = (line: string) => void

/**
 * The older form of commands, `##[command]`, counts anywhere in a line. The fence stops it, too; with
 * a zero-width space between the marks the line is harmless even without, and can be read as before.
 */
export const neutralise = (line: string): string => line.replaceAll('##[', '##\u200b[')

/**
 * Two colons that begin a line, after white space and after characters that a comparison of texts may not
 * weigh. White space alone before them would not help: the runner skips it.
 */
const newForm = /^([^\p{L}\p{N}\p{P}\p{S}]*:)(?=[^\p{L}\p{N}\p{P}\p{S}]*:)/u

/**
 * A text of ours, which may quote others: whatever a server, an image or a file has put into it, no line
 * of it is a command. It can be read as before.
 */
export const toHarmless = (text: string): string =>
  text
    .split(/\r\n|\n|\r/)
    .map((line) => neutralise(line).replace(newForm, '$1\u200b'))
    .join('\n')

/**
 * Keeps the runner from taking commands out of what others print, so that nothing that a build
 * prints can set a state, an output, a mask or a path.
 */
export type Fence = {
  /** Runs `body` inside. Several may be inside at once; commands work again when all are out. */
  readonly within: <T>(body: (writeUntrusted: WriteLine) => Promise<T>) => Promise<T>
  /** Says something to the runner, also while others are inside. */
  readonly outside: (say: () => void) => void
  /** Prints lines of others inside, all at once. */
  readonly block: (lines: readonly string[]) => void
}

/** @param write prints a line as it is */
export const createFence = (write: WriteLine): Fence => {
  let inside = 0
  let token = ''
  const close = (): void => {
    token = randomBytes(16).toString('hex')
    write(`::stop-commands::${token}`)
  }
  const open = (): void => write(`::${token}::`)
  const writeUntrusted: WriteLine = (line) => write(neutralise(line))
  return {
    within: async (body) => {
      inside += 1
      if (inside === 1) close()
      try {
        return await body(writeUntrusted)
      } finally {
        inside -= 1
        if (inside === 0) open()
      }
    },
    outside: (say) => {
      if (inside === 0) return say()
      open()
      try {
        say()
      } finally {
        close()
      }
    },
    block: (lines) => {
      if (inside === 0) close()
      for (const line of lines) writeUntrusted(line)
      if (inside === 0) open()
    },
  }
}
