export const say = (line: string): void => console.log(line)

export const check = (holds: boolean, what: string): void => {
  say(`  ${holds ? 'yes' : 'NO '}  ${what}`)
  if (!holds) process.exitCode = 1
}
