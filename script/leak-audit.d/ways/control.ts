import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Run } from '../../../__tests__/support/runner/types.ts'
import { baseImage, docker } from '../../../__tests__/support/testbed.ts'
import { buildLine, mintLines, runScript, type Stage, type Way } from './way.ts'

/** Every form that the audit knows, in a file of its own; their names say what was to be found. */
const writtenForms = (token: string): Readonly<Record<string, string | Buffer>> => {
  const bytes = Buffer.from(token)
  const lines = (text: string, width: number) =>
    text.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n')
  return {
    raw: token,
    'raw-in-the-middle': `{"auths": {"x": "${token}"}}`,
    'base64-0': bytes.toString('base64'),
    'base64-1': Buffer.from(`x${token}`).toString('base64'),
    'base64-2': Buffer.from(`xy${token}`).toString('base64'),
    'base64-of-basic': Buffer.from(`x-access-token:${token}`).toString('base64'),
    'base64-in-lines': lines(bytes.toString('base64'), 76),
    base64url: bytes.toString('base64url'),
    hex: bytes.toString('hex'),
    'hex-in-lines': lines(bytes.toString('hex').toUpperCase(), 64),
    url: encodeURIComponent(token),
    'token.gz': gzipSync(`machine x password ${token}`),
    'token.zst': zstdCompressSync(Buffer.from(`machine x password ${token}`)),
    [`name-${token.slice(-100)}`]: '',
  }
}

const plantFiles = async ({ planted, onEnd }: Stage, token: string): Promise<void> => {
  const folder = mkdtempSync('/dev/shm/slipway-audit-planted-')
  for (const [name, content] of Object.entries(writtenForms(token))) {
    await writeFile(join(folder, name), content)
    planted.push(join(folder, name))
  }
  // Without a name, and not open in any step's process but in ours.
  const path = join(folder, 'nameless')
  const fd = openSync(path, 'w+')
  unlinkSync(path)
  writeSync(fd, token)
  onEnd(async () => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
}

const plantInDocker = async (stage: Stage, token: string): Promise<void> => {
  const container = stage.tag.replace(/:.*/, '')
  const options = ['--detach', '--name', container, '--env', `LEAK=${token}`]
  await docker('run', ...options, baseImage(), 'sleep', '600')
  stage.onEnd(() => docker('rm', '--force', '--volumes', container))
  const node = `${stage.cluster}-control-plane`
  const write = 'echo "$1" >/var/leak-on-disk; echo "$1" >/tmp/leak-in-memory'
  await docker('exec', node, 'sh', '-c', write, 'sh', token)
  stage.planted.push('/leak-on-disk', '/leak-in-memory')
}

const plantInRunner = (stage: Stage, token: string): Promise<Run> =>
  runScript(
    stage,
    [
      'for file in "$GITHUB_OUTPUT" "$GITHUB_STATE" "$GITHUB_ENV"; do echo "leak=$TOKEN" >>"$file"; done',
      'echo "$TOKEN" >>"$GITHUB_STEP_SUMMARY"',
      'echo "$TOKEN" | base64 -w 64 >"$RUNNER_TEMP/credentials"',
      'echo "$TOKEN"',
      'exec 9<>"/dev/shm/slipway-audit-$$" && rm "/dev/shm/slipway-audit-$$" && echo "$TOKEN" >&9',
      buildLine(
        stage,
        ['--secret id=github_token,env=TOKEN', '--build-arg TOKEN'],
        'control.Dockerfile',
      ),
    ],
    { env: { TOKEN: token }, secrets: [token] },
  )

/** Leaks on purpose, into every place: what it leaves must be found, or the audit sees nothing. */
export const control: Way = {
  name: 'control',
  about: 'leaks on purpose into every place',
  run: async (stage) => {
    const token = await stage.mint()
    await Promise.all([plantFiles(stage, token), plantInDocker(stage, token)])
    return [await plantInRunner(stage, token)]
  },
  // A plain process that holds the token.
  crash: async (stage) => {
    const [host, port] = stage.gate.split(':')
    const program = `require("net").connect(${port}, "${host}").write("hold ${stage.way}\\n")`
    const hold = `printf %s "$TOKEN" | node -e 'process.stdin.on("data", (held) => { ${program} })'`
    return [await runScript(stage, [...mintLines(stage), hold])]
  },
}
