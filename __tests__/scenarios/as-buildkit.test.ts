import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseInstructions } from '../../src/build/dockerfile/instructions.ts'
import { expand } from '../../src/build/dockerfile/words.ts'
import { escapeTemplate } from '../../src/inputs/template.ts'
import { docker } from '../support/testbed.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'as-buildkit-'))
})
afterAll(() => rm(folder, { recursive: true }))

const a = 'FROM x:1 AS a'
const b = 'FROM a AS b'
const no = 'FROM y AS no'

/** Dockerfiles by what is odd about them. */
const odd: Readonly<Record<string, string>> = {
  heredoc: `${a}\nRUN cat <<EOF\n${no}\nEOF\n${b}\n`,
  'two heredocs': `${a}\nRUN cat <<A && cat <<B\n${no}\nA\n${no}\nB\n${b}\n`,
  'with tabs': `${a}\nRUN cat <<-A && cat <<B\n\t${no}\n\tA\n${no}\n\tB\nB\n${b}\n`,
  'a quoted end': `${a}\nRUN cat <<'A B' && cat <<"C"\n${no}\nA B\n${no}\nC\n${b}\n`,
  'a descriptor': `${a}\nRUN cat 3<<A\n${no}\nA\n${b}\n`,
  'a space before the end': `${a}\nRUN cat << A\n${no}\nA\n${b}\n`,
  'glued to a word': `${a}\nRUN cat<<A\n${b}\n`,
  'a here-string': `${a}\nRUN cat <<<A\n${b}\n`,
  'in quotes': `${a}\nRUN echo "<<A" "x <<A y" 'z <<A'\n${b}\n`,
  escaped: `${a}\nRUN echo \\<<A\n${b}\n`,
  'a shift': `${a}\nRUN echo $((1<<2))\n${b}\n`,
  'a quote that does not end': `${a}\nRUN echo it's <<A\n${b}\n`,
  'copied heredocs': `${a}\nCOPY --chmod=755 <<A <<B /x/\n${no}\nA\n${no}\nB\n${b}\n`,
  'a mount before it': `${a}\nRUN --mount=type=cache,target=/x <<A sh -e\n${no}\nA\n${b}\n`,
  'a command with <<': `${a}\nCMD cat <<A\nENTRYPOINT cat <<A\n${b}\n`,
  'onbuild heredoc': `${a}\nONBUILD RUN <<A\n${no}\nA\n${b}\n`,
  'a list': `${a}\nRUN ["echo", "<<A"]\n${b}\n`,
  'nearly a list': `${a}\nRUN [ -f x ] || cat <<A\n${no}\nA\n${b}\n`,
  'a heredoc on a later line': `${a}\nRUN cat \\\n <<A \\\n && true\n${no} \\\nA\n${b}\n`,
  'an end with a space': `${a}\nRUN cat <<A\n${no}\nA \n A\nA\n${b}\n`,
  'an end with a variable': `${a}\nRUN cat <<$A\n${no}\n$A\n${b}\n`,
  'defaults in a shell': `${a}\nRUN echo \${x:-<<A} \${y/a/b} <<B\n${no}\nB\n${b}\n`,
  crlf: `${a}\r\nRUN cat <<A\r\n${no}\r\nA\r\nFROM \\\r\n a AS b\r\n`,
  'a byte order mark': `\ufeff${a}\n${b}\n`,
  'another escape': `# escape=\`\nFROM \`\n x:1 AS a\nRUN dir \\\n${b}\n`,
  'an escape after others': `# syntax2=y\n# escape=\`\n${a}\nRUN echo \`\n${b}\n`,
  'an escape too late': `${a}\n# escape=\`\nRUN echo \`\n${b}\n`,
  'an escape with spaces': `# ESCAPE = \` \n${a}\nRUN echo \\\n${b}\n`,
  'an escape after an empty line': `\n# escape=\`\n${a}\nRUN echo \`\n${b}\n`,
  'an escape after check': `# check=skip=all\n# escape=\`\n${a}\nRUN echo \\\n${b}\n`,
  'comments between lines': `${a}\nRUN echo \\\n# ${no}\n  && \\\n\n   # x \\\n  echo\n${b}\n`,
  'empty lines between': `${a}\nRUN echo \\\n\n\n${b}\nFROM a AS c\n`,
  'spaces after the escape': `${a}\nRUN echo \\  \n ${b}\nFROM a AS c\n`,
  'two escapes': `${a}\nRUN echo \\\\\n${b}\n`,
  'three escapes': `${a}\nRUN echo \\\\\\\n${b}\n`,
  'a word in two lines': `FR\\\nOM x:1 AS a\n${b}\n`,
  'spaces before': `  ${a}\n\t${b}\n`,
  'other spaces': `FROM\tx:1\u000bAS\ta\n\u00a0FROM  a   as   b\n`,
  onbuild: `${a}\nONBUILD COPY --from=b / /x\nFROM x:2 AS b\n`,
  'no last line break': `${a}\n${b}`,
  'an escape at the end': `${a}\n${b}\\`,
  'a line of an escape': `${a}\n\\\n${b}\n`,
  'a first line for a shell': `#!/usr/bin/env x\n${a}\n${b}\n`,
  'a comment that does not go on': `${a}\n# y \\\n${b}\n`,
  'a # inside': `${a}\nRUN echo # \\\n${b}\nFROM a AS c\n`,
  'lower case': 'from x:1 as a\nrun cat <<X\nfrom y\nX\nfrom a as b\n',
  arguments: `ARG A=x B='y z'\nFROM $A:\${B:-1} AS a\n${b}\n`,
}

test('stages of odd Dockerfiles are those that BuildKit finds', async () => {
  const names = Object.keys(odd)
  const target = Object.fromEntries(
    names.map((name, at) => [`t${at}`, { 'dockerfile-inline': escapeTemplate(odd[name] ?? '') }]),
  )
  const file = join(folder, 'odd.json')
  await writeFile(file, JSON.stringify({ target }))
  const printed = JSON.parse(
    await docker(
      ...['buildx', 'bake', '--call=targets,format=json', `--file=${file}`, '--'],
      ...Object.keys(target),
    ),
  )
  const theirs = names.map((name, at) => [
    name,
    printed.target[`t${at}`].targets.targets.map(
      (stage: { readonly base: string; readonly name: string; readonly location: unknown }) => {
        const { ranges } = stage.location as { ranges: { start: { line: number } }[] }
        return [stage.base, stage.name, ranges[0]?.start.line]
      },
    ),
  ])
  const ours = names.map((name) => [
    name,
    parseInstructions(odd[name] ?? '')
      .instructions.filter(({ keyword }) => keyword === 'from')
      .map(({ rest, line }) => {
        const [base, , stage] = rest.split(/[\t\v ]+/)
        return [base, stage, line]
      }),
  ])
  expect(ours).toEqual(theirs)
})

const set = { FULL: 'a.b.a.b', EMPTY: '', WORD: 'x', ESCAPED: '*' } as const

/** Values as a Dockerfile may write them, one a line. */
const values = readFileSync('__tests__/scenarios/as-buildkit-values.txt', 'utf8').trim().split('\n')

test('what becomes of variables is what BuildKit makes of them', async () => {
  const given = Object.entries(set).map(([name, value]) => `ARG ${name}="${value}"\n`)
  const lines = values.map((value, at) => `ARG V${at}=${value}\n`)
  await writeFile(join(folder, 'Dockerfile'), ['FROM scratch\n', ...given, ...lines].join(''))
  const outline = JSON.parse(
    await docker('buildx', 'build', '--call=outline,format=json', folder),
  ) as { args: { name: string; value?: string }[] }
  const told = new Map(outline.args.map(({ name, value }) => [name, value ?? '']))
  const lookup = (name: string): string | undefined => new Map(Object.entries(set)).get(name)
  const ours = values.map((value) => [value, expand(value, '\\', lookup)])
  expect(ours).toEqual(values.map((value, at) => [value, told.get(`V${at}`)]))
})
