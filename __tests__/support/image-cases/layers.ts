import { randomBytes } from 'node:crypto'
import type { Case } from './case.ts'

/** What later lines do to files of lines before them, what is there twice, and what only a build needs. */
export const layerCases: readonly Case[] = [
  {
    name: 'metadata-copies: an owner',
    line: 3,
    sin: ['FROM tiny', 'COPY app /app', 'RUN chown -R 1000:1000 /app'],
    clean: ['FROM tiny', 'COPY --chown=1000:1000 app /app'],
    saves: true,
    files: { 'app/model.dat': 2_000_000, 'app/more/index.dat': 300_000 },
  },
  {
    name: 'metadata-copies: a time',
    line: 3,
    sin: ['FROM tiny', 'COPY app /app', 'RUN touch /app/model.dat'],
    clean: ['FROM tiny', 'COPY app /app'],
    saves: true,
    files: { 'app/model.dat': randomBytes(1_100_000) },
  },
  {
    name: 'linked-copies',
    line: 3,
    sin: ['FROM tiny', 'COPY app /app', 'RUN ln /app/model-2.dat /app/model.dat'],
    clean: ['FROM tiny', 'COPY app /app', 'RUN ln -s model-2.dat /app/model.dat'],
    saves: true,
    files: { 'app/model-2.dat': 2_100_000 },
  },
  {
    name: 'rewritten',
    line: 3,
    sin: ['FROM tiny', 'COPY data /data', 'RUN echo more >>/data/words.db'],
    clean: [
      'FROM tiny',
      'RUN --mount=type=bind,source=data,target=/given cp -r /given /data && echo more >>/data/words.db',
    ],
    saves: true,
    files: { 'data/words.db': 2_200_000 },
  },
  {
    name: 'deleted-later',
    line: 2,
    sin: ['FROM tiny', 'COPY src /src', 'RUN touch /program', 'RUN rm -rf /src'],
    clean: [
      'FROM tiny AS build',
      'COPY src /src',
      'RUN touch /program',
      'FROM tiny',
      'COPY --from=build /program /program',
    ],
    saves: true,
    files: { 'src/a.dat': 1_600_000, 'src/b/c.dat': 1_700_000 },
  },
  {
    name: 'same-content',
    line: 3,
    sin: ['FROM tiny', 'COPY weights.dat /api/weights.dat', 'COPY weights.dat /worker/weights.dat'],
    clean: [
      'FROM tiny',
      'COPY weights.dat /api/weights.dat',
      'RUN mkdir /worker && ln -s /api/weights.dat /worker/weights.dat',
    ],
    saves: true,
    files: { 'weights.dat': randomBytes(1_500_000) },
  },
  {
    name: 'static-libraries',
    line: 2,
    sin: ['FROM tiny', 'COPY lib /usr/lib'],
    clean: ['FROM tiny', 'COPY lib/libx.so.1 /usr/lib/'],
    saves: true,
    files: {
      'lib/libx.a': Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(11_000_000)]),
      'lib/libx.so.1': 11_500_000,
    },
  },
  {
    name: 'log-file',
    line: 2,
    sin: ['FROM tiny', 'RUN mkdir -p /var/log && yes | head -c 10500000 >/var/log/build.log'],
    clean: [
      'FROM tiny',
      'RUN mkdir -p /var/log && yes | head -c 10500000 >/var/log/build.log && rm /var/log/build.log',
    ],
    saves: true,
  },
]
