import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../failure.ts'

/**
 * Files that we leave for later in a folder where others may write, such as the runner's temporary one,
 * which every step of the job has. What they put there in our name is not followed: no link, no second
 * name of another file, nothing that is not a file, nothing of another user's.
 */
const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } =
  constants

/** We write far less; whoever wrote more is somebody else. */
const mostBytes = 16 * 1024 * 1024

const refuse = (path: string, why: string): never => {
  throw new Error(`refused to use ${path}: ${why}`)
}

const withDescriptor = <T>(
  path: string,
  flags: number,
  body: (fd: number) => T,
  mode?: number,
): T => {
  const fd = openSync(path, flags | O_NOFOLLOW, mode)
  try {
    if (fstatSync(fd).uid !== process.getuid?.()) refuse(path, 'it is not ours')
    return body(fd)
  } finally {
    closeSync(fd)
  }
}

/** Gives `body` a path to a folder that stays the same one, whatever its name leads to meanwhile. */
const withFolder = <T>(folder: string, body: (path: string) => T): T =>
  withDescriptor(folder, O_RDONLY | O_DIRECTORY, (fd) => {
    const path = `/proc/self/fd/${fd}`
    return body(existsSync(path) ? path : folder)
  })

/** Nobody is waited for: what has this name may be a pipe. */
const withFile = <T>(folder: string, name: string, flags: number, body: (fd: number) => T): T =>
  withFolder(folder, (path) =>
    withDescriptor(
      join(path, name),
      flags | O_NONBLOCK,
      (fd) => {
        const stat = fstatSync(fd)
        if (!stat.isFile()) refuse(join(folder, name), 'it is not a file')
        if (stat.nlink !== 1) refuse(join(folder, name), 'it has other names')
        return body(fd)
      },
      0o600,
    ),
  )

/** Makes a folder that nobody else may look into; one that is there already has to be ours. */
export const makeOwnFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    withFolder(folder, () => {})
  }
}

/** Whether a folder is there, is one and no link, and is ours. */
export const isOwnFolder = (folder: string): boolean =>
  attempt(() => withFolder(folder, () => true)) ?? false

/** Writes a file so that nobody ever reads half of it. */
export const writeOwnFile = (folder: string, name: string, text: string): void => {
  const draft = `${name}.new`
  withFolder(folder, (path) => {
    // Of a killed run, or somebody else's: it goes as a name, whatever it leads to.
    rmSync(join(path, draft), { force: true })
  })
  withFile(folder, draft, O_WRONLY | O_CREAT | O_EXCL, (fd) => writeFileSync(fd, text))
  withFolder(folder, (path) => renameSync(join(path, draft), join(path, name)))
}

export const appendOwnFile = (folder: string, name: string, text: string): void =>
  withFile(folder, name, O_WRONLY | O_CREAT | O_APPEND, (fd) => writeFileSync(fd, text))

/** What a file of ours holds; nothing where there is none. */
export const readOwnFile = (folder: string, name: string): string =>
  attempt(() =>
    withFile(folder, name, O_RDONLY, (fd) => {
      const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, mostBytes))
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0))
    }),
  ) ?? ''
