import { createWriteStream } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGzip } from 'node:zlib'
import type { Session } from '../host/session.ts'
import { treeTar } from '../image/archive.ts'
import { type Content, createContent } from '../image/content.ts'
import { planTopLayer } from '../image/tree.ts'
import type { Package } from './services.ts'

/** The image that Dockerfiles of this bench install from. */
const packagesImage = 'slipway-bench/packages:latest'

const scripts = fileURLToPath(new URL('packages', import.meta.url))

const writePackage = async (
  { run }: Session,
  folder: string,
  { name, ...size }: Package,
  content: Content,
): Promise<void> => {
  const file = join(folder, `${name}.tar.gz`)
  const tar = Readable.from(treeTar(planTopLayer(size, 0), content))
  await pipeline(tar, createGzip({ level: 1 }), createWriteStream(file))
  // Digests as `sha256sum --check` reads them, relative to the folder.
  const script = 'cd "$1" && sha256sum "$2.tar.gz" >"$2.sha256"'
  await run('sh', ['-c', script, 'sh', folder, name])
}

/** Makes the archives that builds install, in a folder that ends with the session. */
export const makePackages = async (
  session: Session,
  packages: readonly Package[],
): Promise<string> => {
  const folder = join(session.tempDir, 'packages')
  await mkdir(folder)
  await cp(scripts, folder, { recursive: true })
  const content = createContent()
  // Compressing is done beside our own thread.
  await Promise.all(packages.map((one) => writePackage(session, folder, one, content)))
  return folder
}

/**
 * Gives an engine the packages as an image that `RUN` steps mount. It stands for a registry of
 * packages that answers at once, so builds take as little time as they could.
 */
export const importPackages = async ({ run }: Session, folder: string): Promise<void> => {
  const script = 'set -o pipefail; tar --create --directory "$1" . | docker import - "$2"'
  await run('bash', ['-c', script, 'bash', folder, packagesImage])
}
