/** Runs a step's script as the runner does: bash from a file, with the step's environment. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { INPUT_SCRIPT: script = '', ...env } = process.env
delete process.env['INPUT_SCRIPT']
const file = join(env['RUNNER_TEMP'] ?? '', 'step.sh')
writeFileSync(file, script)
const { status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
  env,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
