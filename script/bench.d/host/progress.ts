/** Progress goes to stderr: stdout belongs to the table. */
export const say = (line: string): void => {
  process.stderr.write(`bench: ${line}\n`)
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
