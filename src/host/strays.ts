import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { attempt } from '../failure.ts'

const read = (pid: string, name: string): readonly string[] =>
  (attempt(() => readFileSync(`/proc/${pid}/${name}`, 'utf8')) ?? '').split('\0')

/** Processes of some programs that have a word as an argument, or as a variable's value. */
const find = (programs: readonly string[], word: string): readonly number[] =>
  (attempt(() => readdirSync('/proc')) ?? [])
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      const args = read(pid, 'cmdline')
      if (!programs.includes(basename(args[0] ?? ''))) return false
      const names = (text: string): boolean => text === word || text.endsWith(`=${word}`)
      return args.some(names) || read(pid, 'environ').some(names)
    })
    .map(Number)

const graceMs = 2_000
const pauseMs = 50

/**
 * Ends what a killed main has started, and that goes on without it.
 *
 * @param programs by their file's name; none of others is touched
 * @param word that no other run's process has
 */
export const endStrays = async (programs: readonly string[], word: string): Promise<void> => {
  const end = (signal: NodeJS.Signals): number =>
    find(programs, word).filter((pid) => attempt(() => process.kill(pid, signal))).length
  const until = performance.now() + graceMs
  let left = end('SIGTERM')
  while (left > 0) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    left = performance.now() < until ? find(programs, word).length : end('SIGKILL')
    if (performance.now() > until + graceMs) return
  }
}
