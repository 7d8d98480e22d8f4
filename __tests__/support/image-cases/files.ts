import type { Case } from './case.ts'

/** As safetensors begin: the length of a list of tensors, and the list. */
const safetensors = (): Buffer => {
  const list = JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(list.length))
  return Buffer.concat([length, Buffer.from(list)])
}

/** A header (elf.h) and nothing else; type 2 is a program, type 4 a dump, of which the rest is memory. */
const elf = (type: 2 | 4): Buffer => {
  const file = Buffer.alloc(60_000)
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt16LE(type, 16)
  file.writeUInt16LE(62, 18)
  return file
}

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 132735232\n`

/** Files that should not be in an image, for what they are. */
export const fileCases: readonly Case[] = [
  {
    name: 'model-file',
    line: 3,
    // Of the context it would be a large context, too.
    sin: [
      'FROM tiny',
      'COPY head /head',
      'RUN mkdir /models && cp /head /models/bert.safetensors && truncate -s 100100000 /models/bert.safetensors',
    ],
    clean: ['FROM tiny', 'COPY head /head', 'RUN mkdir /models'],
    saves: true,
    files: { head: safetensors() },
  },
  {
    name: 'lfs-pointer',
    line: 2,
    sin: ['FROM tiny', 'COPY pointer/weights.onnx /models/'],
    clean: ['FROM tiny', 'COPY weights.onnx /models/'],
    files: { 'pointer/weights.onnx': pointer, 'weights.onnx': 140 },
  },
  {
    name: 'core-dump',
    line: 2,
    sin: ['FROM tiny', 'COPY dump/core.4711 /app/'],
    // A program that is called so.
    clean: ['FROM tiny', 'COPY program/core /app/'],
    files: { 'dump/core.4711': elf(4), 'program/core': elf(2) },
  },
  {
    name: 'documentation',
    line: 2,
    sin: ['FROM tiny', 'COPY made /'],
    clean: ['FROM tiny', 'COPY made/usr/bin /usr/bin'],
    saves: true,
    files: {
      'made/usr/bin/tool': 400_000,
      'made/usr/share/doc/tool/manual.pdf': 10_100_000,
      'made/usr/share/man/man1/tool.1.gz': 20_000,
    },
  },
  {
    name: 'locales',
    line: 2,
    sin: ['FROM tiny', 'COPY made /'],
    clean: ['FROM tiny', 'COPY made/usr/bin /usr/bin'],
    saves: true,
    files: {
      'made/usr/bin/tool': 410_000,
      'made/usr/share/locale/de/LC_MESSAGES/tool.mo': 10_200_000,
      'made/usr/share/i18n/charmaps/UTF-8.gz': 30_000,
    },
  },
  {
    name: 'writable-by-all',
    line: 2,
    sin: ['FROM tiny', 'RUN mkdir -p /srv && mkdir -m 777 /srv/uploads'],
    clean: [
      'FROM tiny',
      'RUN mkdir -p /srv && mkdir -m 755 /srv/uploads && chown 1000 /srv/uploads',
    ],
  },
  {
    name: 'node-modules-cache',
    line: 3,
    sin: [
      'FROM tiny',
      'WORKDIR /app',
      'RUN mkdir -p node_modules/.cache/babel-loader dist && truncate -s 1150000 node_modules/.cache/babel-loader/a.json.gz && touch dist/index.js',
    ],
    clean: [
      'FROM tiny',
      'WORKDIR /app',
      'RUN --mount=type=cache,id=slipway-rules-node,target=/app/node_modules/.cache mkdir -p node_modules/.cache/babel-loader dist && truncate -s 1150000 node_modules/.cache/babel-loader/a.json.gz && touch dist/index.js',
    ],
    saves: true,
  },
]
