import { describe, expect, test } from 'vitest'
import { parseOrigins, withoutRecord } from '../../src/build/provenance.ts'

const dockerfile = `ARG BASE
FROM $BASE AS tools
RUN make --token=abc
FROM $BASE
COPY --link \\
  --from=tools /x /x
RUN <<EOF
chown 7 /x
EOF
`

const layer = (name: string, packed?: number) => ({
  mediaType: packed === undefined ? 'application/x.rootfs.diff.tar' : 'application/x.tar+gzip',
  digest: `sha256:${name}`,
  size: packed ?? -1,
})

const at = (first: number, last = first, sourceIndex?: number) => ({
  locations: [
    {
      ...(sourceIndex === undefined ? {} : { sourceIndex }),
      ranges: Array.from({ length: last - first + 1 }, (_, i) => ({
        start: { line: first + i },
        end: { line: first + i },
      })),
    },
  ],
})

/** As BuildKit writes it, with what the parser does not read left out. */
const recordOf = (layers: object, locations: object, definitions?: readonly object[]) => ({
  invocation: { parameters: { args: { 'build-arg:BASE': 'secret' } } },
  buildConfig: {
    llbDefinition: definitions ?? [
      { id: 'step0', op: { Op: { source: { identifier: 'docker-image://base' } } } },
      { id: 'step1', op: { Op: { exec: {} } }, inputs: ['step0:0'] },
      { id: 'step2', op: { Op: { file: {} } }, inputs: ['step0:0', 'step1:0'] },
      { id: 'step3', op: { Op: { exec: {} } }, inputs: ['step2:0'] },
      { id: 'step4', op: { Op: {} }, inputs: ['step3:0'] },
    ],
  },
  metadata: {
    'https://mobyproject.org/buildkit@v1#metadata': {
      layers,
      source: {
        locations,
        infos: [{ filename: 'Dockerfile', data: Buffer.from(dockerfile).toString('base64') }],
      },
    },
  },
})

const record = recordOf(
  {
    'step0:0': [[layer('b')]],
    'step1:0': [[layer('b'), layer('t')]],
    'step2:0': [[layer('x')], [layer('b'), layer('x')]],
    'step3:0': [[layer('b'), layer('x'), layer('y', 500)]],
  },
  { step0: at(2), step1: at(3), step2: at(5, 6), step3: at(7, 9) },
)

const key = 'buildx.build.provenance'

describe('the line of each layer', () => {
  test.each([key, `${key}/linux/amd64`])('is read of %s', (name) => {
    expect(parseOrigins({ [name]: record }, 'api/Dockerfile')).toEqual([
      { instruction: undefined, location: undefined, isBase: true, packedBytes: undefined },
      {
        instruction: 'COPY --link --from=tools /x /x',
        location: { file: 'api/Dockerfile', line: 5 },
        isBase: false,
        packedBytes: undefined,
      },
      {
        instruction: 'RUN <<EOF chown 7 /x EOF',
        location: { file: 'api/Dockerfile', line: 7 },
        isBase: false,
        packedBytes: 500,
      },
    ])
  })

  test('begins above the base, also where the record has nothing of that', () => {
    const layers = {
      'step2:0': [[layer('b'), layer('x')]],
      'step3:0': [[layer('b'), layer('x'), layer('y')]],
    }
    const origins = parseOrigins(
      { [key]: recordOf(layers, { step0: at(2), step2: at(5), step3: at(7) }) },
      'Dockerfile',
    )
    expect(origins?.map(({ isBase, location }) => [isBase, location?.line])).toEqual([
      [true, undefined],
      [false, 5],
      [false, 7],
    ])
  })

  test('is known of a step that another build ran at the same time', () => {
    const locations = { step0: at(2), step2: at(5), step3: at(7) }
    const toLines = (layers: object, definitions?: readonly object[]) =>
      parseOrigins({ [key]: recordOf(layers, locations, definitions) }, 'Dockerfile')?.map(
        ({ isBase, location }) => [isBase, location?.line],
      )
    const last = { 'step3:0': [[layer('b'), layer('x'), layer('y')]] }
    expect(toLines(last)).toEqual([
      [true, undefined],
      [false, 5],
      [false, 7],
    ])
    // A step that is no layer of its own: nobody can count.
    const merged = [
      { id: 'step0', op: { Op: { source: { identifier: 'docker-image://base' } } } },
      { id: 'step2', op: { Op: { merge: {} } }, inputs: ['step0:0'] },
      { id: 'step3', op: { Op: { exec: {} } }, inputs: ['step2:0'] },
      { id: 'step4', op: { Op: {} }, inputs: ['step3:0'] },
    ]
    expect(toLines(last, merged)?.map(([isBase]) => isBase)).toEqual([true, true, false])
    // What was counted does not fit to what the record has.
    const shifted = { ...last, 'step2:0': [[layer('b')]] }
    expect(toLines(shifted)).toEqual([
      [false, 5],
      [false, undefined],
      [false, 7],
    ])
  })

  test('has no place where the Dockerfile is elsewhere', () => {
    const [, copied] = parseOrigins({ [key]: record }, undefined) ?? []
    expect(copied).toMatchObject({
      location: undefined,
      instruction: expect.stringMatching(/^COPY/),
    })
  })

  test('is unknown where the step is of another file, or nobody says which', () => {
    const layers = { 'step1:0': [[layer('a'), layer('b')]] }
    const definitions = [
      { id: 'step1', op: {} },
      { id: 'step2', inputs: ['step1:0'] },
    ]
    const origins = parseOrigins(
      { [key]: recordOf(layers, { step1: at(3, 3, 1) }, definitions) },
      'Dockerfile',
    )
    expect(origins).toHaveLength(2)
    expect(origins?.map(({ location, instruction }) => location ?? instruction)).toEqual([
      undefined,
      undefined,
    ])
  })

  test.each([
    [undefined],
    [{}],
    [{ [key]: null }],
    [{ [key]: { metadata: 7 } }],
    [{ [key]: recordOf({ 'step0:0': 'x' }, {}) }],
    [{ [key]: recordOf({}, { step0: 7 }) }],
  ])('is unknown where the record is %j', (metadata) => {
    expect(parseOrigins(metadata, 'Dockerfile')).toBeUndefined()
  })
})

test('what goes on to others is what buildx writes without being asked', () => {
  const metadata = { [key]: record, 'image.name': 'a' }
  const { invocation } = record
  expect(withoutRecord(metadata)).toEqual({ [key]: { invocation }, 'image.name': 'a' })
  expect(withoutRecord(null)).toEqual({})
})
