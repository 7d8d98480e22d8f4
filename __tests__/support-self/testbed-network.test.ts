import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** The bridge and the addresses that engines of a testbed in this folder have. */
const networksIn = (folder: string): readonly string[] => {
  const script = `
    lib=script/testbed.d; for part in log paths engine own-engine; do . $lib/$part.sh; done
    for which in overlay2,forky containerd,forky overlay2,trixie containerd,trixie; do
      set_paths "\${which%,*}" "\${which#*,}"; set_network; echo "$bridge $subnet $gateway"
    done`
  const env = { ...process.env, SLIPWAY_TESTBED_DIR: folder }
  return execFileSync('bash', ['-euc', script], { env, encoding: 'utf8' }).trim().split('\n')
}

test('the usual testbed has the networks that it always had', () => {
  expect(networksIn('')).toEqual([
    'slipway0 172.24.0.0/16 172.24.255.1/24',
    'slipway1 172.25.0.0/16 172.25.255.1/24',
    'slipway2 172.26.0.0/16 172.26.255.1/24',
    'slipway3 172.27.0.0/16 172.27.255.1/24',
  ])
})

test('engines of testbeds in other folders share neither a bridge nor addresses', () => {
  const all = ['', '/a', '/b'].flatMap(networksIn).map((line) => line.split(' '))
  for (const column of [0, 1, 2]) {
    expect(new Set(all.map((words) => words[column])).size).toBe(all.length)
  }
  for (const [bridge = ''] of all) expect(bridge.length).toBeLessThan(16)
})
