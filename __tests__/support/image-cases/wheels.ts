/** Wheels for the real pip: small ones stand in for those of gigabytes. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const execute = promisify(execFile)

type Wheel = {
  readonly name: string
  readonly version: string
  readonly requires?: readonly string[]
  /** Beside the module itself. */
  readonly files?: Readonly<Record<string, number>>
  /** Of the module, which is one text: its bytecode is as long. */
  readonly bytes: number
}

const cublas = { 'nvidia/cublas/lib/libcublas.so.12': 15_000_000 }

const wheels: readonly Wheel[] = [
  {
    name: 'torch',
    version: '2.4.0',
    bytes: 5_000_000,
    requires: ['nvidia-cublas-cu12', 'triton; platform_system == "Linux"'],
  },
  { name: 'torch', version: '2.4.0+cpu', bytes: 4_000_000 },
  { name: 'nvidia-cublas-cu12', version: '12.1', bytes: 10, files: cublas },
  { name: 'triton', version: '3.0', bytes: 12_000_000 },
  { name: 'web', version: '1.0', bytes: 1_000, requires: ['lonely'] },
  { name: 'web', version: '2.0', bytes: 1_001 },
  { name: 'lonely', version: '1.0', bytes: 3_000_000 },
  { name: 'frames', version: '1.0', bytes: 2_100_000 },
  { name: 'frames', version: '2.0', bytes: 2_200_000 },
  { name: 'big-one', version: '1.0', bytes: 25_000_000 },
  { name: 'tables', version: '1.0', bytes: 11_000_000 },
  { name: 'sci', version: '1.0', bytes: 1_002, files: { 'sci/tests/data.csv': 11_100_000 } },
  { name: 'app-plugin', version: '1.0', bytes: 1_200_000, requires: ['frames'] },
]

/** A wheel is a zip (PEP 427); pip writes RECORD anew as it installs. */
const maker = `
import json, os, sys, zipfile
for wheel in json.load(sys.stdin):
    name, version = wheel['name'], wheel['version']
    plain = name.replace('-', '_')
    info = f'{plain}-{version}.dist-info'
    requires = ''.join(f'Requires-Dist: {each}\\n' for each in wheel.get('requires', []))
    def fill(size):
        return os.urandom(size // 2).hex().encode() if sys.argv[2] == 'random' else b'.' * size
    files = {path: fill(size) for path, size in wheel.get('files', {}).items()}
    files[f'{plain}/__init__.py'] = b'TEXT = "' + fill(wheel['bytes'] - 10) + b'"\\n'
    files[f'{info}/METADATA'] = f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{requires}'.encode()
    files[f'{info}/WHEEL'] = b'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'
    with zipfile.ZipFile(f'{sys.argv[1]}/{plain}-{version}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as out:
        for path, content in files.items():
            out.writestr(path, content)
        out.writestr(f'{info}/RECORD', ''.join(f'{path},,\\n' for path in [*files, f'{info}/RECORD']))
`

/** Makes some of them, or all; of random text they are half as large packed. */
export const makeWheels = async (folder: string, only = '', isRandom = false): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const made = execute('python3', ['-c', maker, folder, isRandom ? 'random' : 'same'])
  const some = wheels.filter(({ name }) => name.startsWith(only))
  made.child.stdin?.end(JSON.stringify(some))
  await made
}

/** A RUN of pip's, which finds the wheels where all builds have them. */
export const pip = (commands: string): string =>
  `RUN --mount=type=bind,from=wheels,target=/wheels ${commands}`
