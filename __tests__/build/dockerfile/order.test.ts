import { describe, expect, test } from 'vitest'
import { readOrder } from '../../../src/build/dockerfile/order.ts'

describe('all of the context before an installation', () => {
  test.each([
    'pip install -r requirements.txt',
    'pip install --no-cache-dir -r requirements.txt',
    '--mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt',
    'npm ci',
    'npm ci --omit=dev && npm cache clean --force',
    'uv sync --frozen --no-install-project',
    'poetry install --no-root',
    'go mod download',
  ])('%s', (command) => {
    const early = [{ copyLine: 3, installLine: 4 }]
    expect(readOrder(`FROM a\nRUN x\nCOPY . .\nRUN ${command}\n`).early).toEqual(early)
    expect(readOrder(`FROM a\nRUN x\nCOPY ["./", "/app"]\nRUN ${command}\n`).early).toEqual(early)
  })

  test.each([
    [
      'only lists are copied',
      'COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .',
    ],
    ['it installs the program', 'COPY . .\nRUN pip install .'],
    ['it builds the program', 'COPY . .\nRUN npm run build'],
    ['it installs something else', 'COPY . .\nRUN npm install left-pad'],
    ['it is another stage', 'COPY . .\nFROM b\nRUN npm ci'],
    ['it is copied from a stage', 'COPY --from=x . .\nRUN npm ci'],
  ])('not where %s', (_, lines) => {
    expect(readOrder(`FROM a\n${lines}\n`).early).toEqual([])
  })
})

test('lines without a link are those of the last stage that nothing runs upon', () => {
  const text = `FROM a AS x
COPY y /y
FROM b
COPY a /a
RUN make
COPY a /b/
COPY --link a /c
COPY --from=x ["/y", "/d"]
COPY here relative
ENV X=1
`
  expect(readOrder(text).unlinked).toEqual([6, 8])
})
