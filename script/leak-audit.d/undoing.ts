/** What is to be undone when the audit ends, by itself or by a signal; the last thing first. */
export type Undoing = {
  readonly add: (undo: () => unknown) => void
  readonly run: () => Promise<void>
}

export const createUndoing = (): Undoing => {
  const waiting: (() => unknown)[] = []
  const run = async (): Promise<void> => {
    for (let undo = waiting.pop(); undo !== undefined; undo = waiting.pop()) {
      try {
        await undo()
      } catch (error) {
        console.error(error)
      }
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void run().finally(() => process.exit(1)))
  }
  return { add: (undo) => waiting.push(undo), run }
}
