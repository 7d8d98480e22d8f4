import { expect, test } from 'vitest'
import { commands, flagsOf, isSwitch } from '../../../src/commands/terminal/commands.ts'
import {
  renderCommandHelp,
  renderGroupHelp,
  renderHelp,
} from '../../../src/commands/terminal/help.ts'
import { words } from '../../../src/commands/terminal/words.ts'
import { defaults } from '../../../src/inputs/raw-inputs.ts'

const helps: readonly (readonly [name: string, help: string])[] = [
  ['slipway', renderHelp()],
  ['slipway load', renderGroupHelp('load')],
  ...commands.map((command) => [`slipway ${command.name}`, renderCommandHelp(command)] as const),
]

// The prompt below takes the last line.
test.each(helps)('the help of %s fits a terminal of 24 lines of 80 letters', (_, help) => {
  const lines = help.split('\n')
  expect(lines.length).toBeLessThanOrEqual(23)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test.each(helps)('the help of %s', (_, help) => {
  expect(help).toMatchSnapshot()
})

test('help shows only flags that its command takes, each with what it is', () => {
  for (const command of commands) {
    expect(flagsOf(command)).toEqual(expect.arrayContaining([...command.shown]))
    for (const name of command.shown) expect(words[name]).toBeDefined()
  }
})

test('a flag without a value is an input that is yes or no by default', () => {
  const switches = commands.flatMap(({ inputs }) => inputs.filter(isSwitch))
  expect(switches.length).toBeGreaterThan(5)
  for (const name of switches) expect(['true', 'false']).toContain(defaults[name])
  for (const name of switches) expect(words[name]?.[0] ?? '').toBe('')
})
