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

/** In the last moment of a second, what the helper has learned of files that were changed so long before. */
const learn = `
$store = $ARGV[0];
$run = 'a';
my $began = 1_700_000_000;
open my $file, '>', "$store/staging/a/learned";
for my $before (2_001, 1_999, 1_001, 999) {
  my $changed = sprintf '%.0f', ($began * 1_000 + 999 - $before) * 1e6;
  print $file "8:1:$before:1:$changed ", '0' x 64, "\n";
}
close $file;
my %learned = read_learned($began);
print map { (split /:/)[2] . "\n" } keys %learned;
`

test('what was untouched for two seconds is known, as a later step relies on it', () => {
  const store = mkdtempSync(join(tmpdir(), 'slipway-known-'))
  onTestFinished(() => rmSync(store, { recursive: true }))
  mkdirSync(join(store, 'staging/a'), { recursive: true })
  const parts = [readPart('common'), readPart('store'), readPart('gather'), learn]
  const printed = execFileSync('perl', ['-e', parts.join('\n'), store], { encoding: 'utf8' })
  expect(printed.trimEnd().split('\n')).toEqual(['2001'])
})
