import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const readPart = (name: string): string =>
  readFileSync(new URL(`../../src/files/files-helper/${name}.pl`, import.meta.url), 'utf8')

/** Two helpers of one store, of which the second one begins and ends while the first is at work. */
const body = `
my ($learned, $other) = map { { "8:1:$_:1:1" => $_ x 64 } } 1, 2;
$store = $ARGV[0];
$run = 'a';
read_stats();
my $pid = fork;
if ($pid == 0) { $run = 'b'; read_stats(); write_stats($other); POSIX::_exit(0) }
waitpid $pid, 0;
write_stats($learned);
`

test('what one step learns of files is not lost by another one', () => {
  const store = mkdtempSync(join(tmpdir(), 'slipway-known-'))
  onTestFinished(() => rmSync(store, { recursive: true }))
  for (const folder of ['stats', 'staging/a', 'staging/b'])
    mkdirSync(join(store, folder), { recursive: true })
  execFileSync('perl', ['-e', [readPart('common'), readPart('store'), body].join('\n'), store])
  const known = readFileSync(join(store, 'stats/known'), 'utf8')
  expect(known.trimEnd().split('\n').toSorted()).toEqual(
    ['1', '2'].map((digit) => `8:1:${digit}:1:1 ${digit.repeat(64)}`),
  )
})
