/** Variables that a child process inherits. */
export type Env = Readonly<Record<string, string>>

/** A command to run: argv only, never a shell's string. */
export type Command = {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Env
  readonly cwd?: string
  /** A descriptor of ours that the child reads; nothing without one. */
  readonly stdin?: { readonly fd: number } | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}
