/**
 * Adds to package-lock.json the optional packages for other platforms that npm left out.
 *
 * npm drops an optional package from the lock file when the registry in use does not carry it, and
 * `npm ci` then refuses the lock file. The entries have no integrity: npm fills it in where the
 * platform needs the package. Run it after every `npm install`: `node script/complete-lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

type Entry = {
  version?: string
  optionalDependencies?: Record<string, string>
  [key: string]: unknown
}

const cpus = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32']
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']

const platformOf = (name: string): Record<string, readonly string[]> => {
  const words = (name.split('/')[1] ?? '').split('-')
  const os = systems.filter((system) => words.includes(system))
  const cpu = cpus.filter(
    (kind) => words.includes(kind) || (kind === 'arm' && words.includes('arm')),
  )
  const musl = words.some((word) => word.startsWith('musl'))
  return {
    ...(cpu.length > 0 && { cpu }),
    ...(os.length > 0 && { os }),
    ...(musl && { libc: ['musl'] }),
  }
}

const file = 'package-lock.json'
const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(file, 'utf8'))
for (const entry of Object.values(lock.packages)) {
  delete entry['resolved']
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    lock.packages[path] ??= { version, dev: true, optional: true, ...platformOf(name) }
  }
}
const sorted = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
)
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
