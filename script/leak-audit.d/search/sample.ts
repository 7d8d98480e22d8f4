/**
 * A process of its own that looks at all others' environments and command lines for as long as the
 * audit goes on. Asked for forms, it answers with what it saw them in, and ends.
 */
import { basename } from 'node:path'
import { createScanner } from '../../../__tests__/support/leak-scanner.ts'
import { watchProcesses } from '../../../__tests__/support/leaks.ts'

export type Sighting = {
  readonly file: 'environ' | 'cmdline'
  /** The process, by number and program. */
  readonly process: string
  readonly form: string
}

const watch = watchProcesses(40)

process.once('message', (forms: readonly string[]) => {
  const scanner = createScanner(forms)
  const seen = [...watch.stop()].map(([key, content]) => {
    const [, pid = '', file] = /^(\d+)\/(environ|cmdline)/.exec(key) ?? []
    return { pid, file: file === 'environ' ? 'environ' : 'cmdline', content } as const
  })
  const programs = new Map(
    seen.flatMap(({ pid, file, content }) =>
      file === 'cmdline' ? [[pid, basename(content.split('\0')[0] ?? '')] as const] : [],
    ),
  )
  const sightings = seen.flatMap(({ pid, file, content }) =>
    scanner
      .inBytes(Buffer.from(content, 'latin1'))
      .map((form): Sighting => ({ file, process: `${pid} (${programs.get(pid)})`, form })),
  )
  process.send?.(sightings)
})
// The audit has its answer, or has ended without one.
process.once('disconnect', () => process.exit())
process.send?.('watching')
