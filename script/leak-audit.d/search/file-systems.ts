import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

type Mount = {
  /** A process that sees it. */
  readonly pid: string
  readonly device: string
  /** Which folder of the file system is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly isReadOnly: boolean
}

/** File systems without files of anybody's, and overlays, whose layers lie on another one. */
const unreal = new Set(
  'proc sysfs cgroup cgroup2 devpts mqueue nsfs debugfs tracefs securityfs pstore bpf binfmt_misc hugetlbfs configfs fusectl autofs efivarfs overlay rpc_pipefs squashfs iso9660'.split(
    ' ',
  ),
)

const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  )

const readMounts = (pid: string): readonly Mount[] =>
  readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ')
      const [, , device = '', root = '', point = ''] = left.split(' ')
      const [type = '', , options = ''] = right.split(' ')
      const isReadOnly = options.split(',').includes('ro')
      return { pid, device, root, point: unescapeOctal(point), type, isReadOnly }
    })

const tryOr = <T>(read: () => T, otherwise: T): T => {
  try {
    return read()
  } catch {
    return otherwise // The process ended, or hides.
  }
}

/** One process of each mount namespace, our own first. */
const namespaces = (): readonly string[] => {
  const byNamespace = new Map<string, string>()
  for (const pid of ['self', ...readdirSync('/proc').filter((name) => /^\d+$/.test(name))]) {
    const namespace = tryOr(() => readlinkSync(`/proc/${pid}/ns/mnt`), '')
    if (namespace !== '' && !byNamespace.has(namespace)) byNamespace.set(namespace, pid)
  }
  return [...byNamespace.values()]
}

const pathOf = ({ pid, point }: Mount): string =>
  pid === 'self' ? point : `/proc/${pid}/root${point === '/' ? '/.' : point}`

const deviceAt = (path: string): string => {
  const { dev } = statSync(path)
  // As the kernel packs the two numbers.
  const major = ((dev >>> 8) & 0xfff) | 0
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00)
  return `${major}:${minor}`
}

/**
 * A path to every file system that is mounted anywhere on the machine, in containers too: the whole
 * of it where that is mounted somewhere, otherwise all parts that are.
 */
export const fileSystems = (): readonly string[] => {
  const found = namespaces()
    .flatMap((pid) => tryOr(() => readMounts(pid), []))
    .filter(({ type, isReadOnly }) => !unreal.has(type) && !isReadOnly)
    // What another mount hides cannot be reached by this path.
    .filter((mount) => tryOr(() => deviceAt(pathOf(mount)) === mount.device, false))
  const whole = new Set(found.filter(({ root }) => root === '/').map(({ device }) => device))
  const byPart = new Map<string, string>()
  for (const mount of found) {
    if (whole.has(mount.device) && mount.root !== '/') continue
    const part = `${mount.device} ${mount.root}`
    if (!byPart.has(part)) byPart.set(part, pathOf(mount))
  }
  return [...byPart.values()]
}
