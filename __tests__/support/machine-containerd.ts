import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { docker, eventually } from './testbed.ts'

const run = promisify(execFile)

const testbed = process.env['SLIPWAY_TESTBED_DIR'] ?? '/var/lib/slipway-testbed'

/** The testbed's programs, of whatever suite has them. */
const findPrograms = async (): Promise<string> => {
  const suites = (await readdir(join(testbed, 'parts'))).filter((name) => !name.endsWith('-host'))
  return join(testbed, 'parts', suites.toSorted()[0] ?? 'forky', 'usr/bin')
}

/** A containerd of this machine itself, as a kubelet without containers would use. */
export type MachineContainerd = {
  readonly address: string
  /** Has `ctr` and `crictl`; for the `PATH`. */
  readonly bin: string
  /** Runs a program that finds the containerd, as Slipway has them run. */
  readonly run: (...command: readonly string[]) => Promise<string>
  /** Ends it as a crash does: its socket stays. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

type Options = {
  /** Whether it has CRI, as Docker's own has not. */
  readonly hasCri?: boolean
}

const toConfig = (folder: string, root: string, { hasCri = true }: Options): string => `version = 3
root = "${root}"
state = "${folder}/state"
disabled_plugins = [${hasCri ? '' : '"io.containerd.grpc.v1.cri"'}]
[grpc]
  address = "${folder}/c.sock"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
`

const end = async (daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill(signal)
  await ended
}

/** Starts Debian's containerd with folders and a socket of its own; nothing else on the machine hears of it. */
export const startMachineContainerd = async (options: Options = {}): Promise<MachineContainerd> => {
  const programs = await findPrograms()
  // A socket's path is short.
  const folder = await mkdtemp('/tmp/ctrd-')
  // On the mount of Docker's layers, as on a machine whose disk has not been divided.
  const dataRoot = await docker('info', '--format', '{{.DockerRootDir}}')
  const root = await mkdtemp(join(dataRoot, 'slipway-test-'))
  const [address, bin] = [join(folder, 'c.sock'), join(folder, 'bin')]
  await run('mkdir', [bin])
  await symlink(join(programs, 'ctr'), join(bin, 'ctr'))
  // The testbed's knows no variable; the real one takes its socket from it.
  const crictl = `#!/bin/sh\nexec ${testbed}/images/crictl "--runtime-endpoint=$CONTAINER_RUNTIME_ENDPOINT" "$@"\n`
  await writeFile(join(bin, 'crictl'), crictl)
  await chmod(join(bin, 'crictl'), 0o755)
  const config = join(folder, 'config.toml')
  await writeFile(config, toConfig(folder, root, options))
  const daemon = spawn(join(programs, 'containerd'), ['--config', config], { stdio: 'ignore' })
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    CONTAINERD_ADDRESS: address,
    CONTAINER_RUNTIME_ENDPOINT: `unix://${address}`,
  }
  const stop = async (): Promise<void> => {
    await end(daemon, 'SIGTERM')
    for (const each of [root, folder]) await rm(each, { recursive: true })
  }
  const runHere = async (file = '', ...args: readonly string[]): Promise<string> =>
    (await run(file, [...args], { env })).stdout.trim()
  const answers = (): Promise<boolean> =>
    runHere('ctr', 'version').then(
      () => true,
      () => false,
    )
  await eventually('the containerd of the machine answers', answers).catch(async (error: Error) => {
    await stop()
    throw error
  })
  return { address, bin, run: runHere, crash: () => end(daemon, 'SIGKILL'), stop }
}
