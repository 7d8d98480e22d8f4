import { dockerfile, type FindingPage, type FindingPages } from './page.ts'

const { raw } = String

const sum =
  'It is told from 1 MB on, summed up for the two lines: the one that wrote the files and the one that hides them.'

const metadata: FindingPage = {
  told: `A file of a lower layer that a later one hides with a copy of the same size and the same time, to the nanosecond, and another owner or mode; after a RUN, also with the same owner and mode. Where only the time differs, as by \`touch\`, files of 1 MB or more are compared by their content: up to 256 MB with \`image-report: auto\`, all with \`full\`. ${sum} Files of the base that your line copies count, too. The finding is at the line that changes them.`,
  cost: 'Each file a second time: the file system copies it whole to change one bit of its owner. Seen: 9 GB (topoteretes/cognee#3753), 2 GB (OmniRoute#14010).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN useradd --create-home app
COPY app /app
RUN chown -R app:app /app && chmod +x /app/start.sh
USER app
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN useradd --create-home app
COPY --chown=app:app app /app
COPY --chown=app:app --chmod=755 app/start.sh /app/start.sh
USER app
`),
  ],
  leave:
    'Never for its own sake. If Git has the mode already (`git update-index --chmod=+x app/start.sh`), the second COPY is not needed either. Most programs need not own their code: reading it is enough.',
}

const linked: FindingPage = {
  told: `A file of a lower layer that a later one has again with the same size, time, owner and mode, and with more names than before: somebody made a hard link to it. ${sum} The finding is at the line that links.`,
  cost: 'Each file a second time: a link to a file of a lower layer copies it into the layer of the link.',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
COPY models/current.bin /models/
RUN ln /models/current.bin /models/default.bin
`),
  ],
  after: [
    dockerfile(raw`FROM debian:trixie-slim
COPY models/current.bin /models/
RUN ln -s current.bin /models/default.bin
`),
  ],
  leave:
    'Where a program refuses symbolic links. Package managers that link from a store (pnpm, uv) do so in one RUN: after a `pnpm fetch` in a line of its own, `pnpm install` copies all files.',
}

const rewritten: FindingPage = {
  told: `A file that one of your lines wrote and a later one wrote again, with another size or time. What a \`COPY\` or \`ADD\` writes again counts, also with the same content. ${sum} What your lines hide of the base is not told: only squashing would save it. The finding is at the later line.`,
  cost: 'The whole file, however little of it has changed.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN python manage.py migrate
RUN python manage.py loaddata cities.json
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN python manage.py migrate \
    && python manage.py loaddata cities.json
`),
  ],
  leave:
    'Where the first line takes long and comes from the cache, and the second changes often: time against bytes.',
}

const deleted: FindingPage = {
  told: `A file that one of your lines wrote and a later one deleted, alone or with its folder, or replaced by something that is no file. ${sum} What your lines delete of the base is not told: only squashing would save it. The finding is at the line that wrote the files, and names the one that deletes them.`,
  cost: 'All of them: layers are only ever added, so a deletion hides files and keeps their bytes. Seen: 2.82 GB down to 0.63 (ChatGPT-CodeReview#82), 1.14 down to 0.27 (badges/shields#10957).',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
COPY tool.tar.gz /tmp/
RUN tar -C /opt -xzf /tmp/tool.tar.gz
RUN rm /tmp/tool.tar.gz
`),
  ],
  after: [
    dockerfile(raw`FROM debian:trixie-slim
RUN --mount=type=bind,source=tool.tar.gz,target=/tmp/tool.tar.gz \
    tar -C /opt -xzf /tmp/tool.tar.gz
`),
  ],
  leave:
    'Never for its own sake. If what is deleted is a secret, it is in the image all the same: see [`credentials`](credentials.md).',
}

const duplicates: FindingPage = {
  told: 'Files of the finished image of 1 MB or more with the same size and the same content: up to 256 MB of them are read with `image-report: auto`, the largest first, all with `full`. Hard links are one file. At least one of the copies has to be from a line of yours; the finding is at the line that wrote the last. Its bytes are those of all copies but one.',
  cost: 'Each copy, unpacked and packed: a layer is compressed by itself, and within it only what is near is recognised.',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
COPY weights.dat /api/weights.dat
COPY weights.dat /worker/weights.dat
`),
  ],
  after: [
    dockerfile(raw`FROM debian:trixie-slim
COPY weights.dat /api/weights.dat
RUN mkdir /worker && ln -s /api/weights.dat /worker/weights.dat
`),
  ],
  leave:
    'Where packages brought the copies, each its own: a link would be gone with the next version, and saves little.',
}

export const copyPages: FindingPages = {
  'metadata-copies': metadata,
  'linked-copies': linked,
  rewritten,
  'deleted-later': deleted,
  'same-content': duplicates,
}
