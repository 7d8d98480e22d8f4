import { dockerfile, type FindingPage, type FindingPages, hintFloor, named } from './page.ts'

const { raw } = String

const model: FindingPage = {
  told: 'Files of the finished image of 100 MB or more, by their names: `.safetensors`, `.gguf`, `.ggml`, `.onnx`, `.pt`, `.pth`, `.bin`, `.ckpt`, `.h5`, `.keras`, `.tflite`, `.pb`, `.msgpack`. Their content is not read. Not counted: what the base image has. If a `COPY` or `ADD` took the file from the checkout, the finding has the line of `node-files` to write, but for what `ADD` unpacked or `COPY --parents` copied.',
  cost: 'Each new image carries the model again, through every build, load and pull. Seen: 15.7 GB (StaPH-B/docker-builds#1073). Beside the image, a model that did not change costs nothing.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY models/bert.safetensors /models/
COPY app /app
CMD ["python", "/app/main.py"]
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
COPY app /app
CMD ["python", "/app/main.py"]
`),
    named(
      'the workflow',
      raw`- uses: OWNER/slipway@v1
  with:
    context: .
    tags: ml:dev
    node-files: models:/var/local/models
`,
      'yaml',
    ),
    named(
      'the pod',
      raw`volumeMounts: [{ name: models, mountPath: /models, readOnly: true }]
volumes: [{ name: models, hostPath: { path: /var/local/models } }]
`,
    ),
  ],
  leave:
    'An image that also runs where nobody mounts anything. More: [models beside the image](../models.md).',
}

const pointer: FindingPage = {
  told: 'Files of the finished image of 100 to 300 bytes that begin with `version https://git-lfs.github.com/spec/`, and have an ending such as `.onnx`. Not counted: what the base image has.',
  cost: 'The program: it finds three lines of text where its model should be, and fails when it first reads it, for example with `HeaderTooLarge`.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY models/bert.onnx /models/
`),
  ],
  after: [
    named(
      'the workflow',
      raw`- uses: actions/checkout@v4
  with:
    lfs: true
- uses: OWNER/slipway@v1
  with:
    context: .
    tags: ml:dev
`,
      'yaml',
    ),
  ],
  leave: 'An image that only stores or passes on a repository as it is.',
}

const core: FindingPage = {
  told: 'Files of the finished image called `core`, `core.123` or `….core`, of 10 kB or more, that begin as an ELF file of the type "core". A program that is called `core` is none. Not counted: what the base image has.',
  cost: 'The memory of the program that crashed: its size, and all secrets that it held.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN ./selftest || true
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN ulimit -c 0 && ./selftest
`),
    named(
      '.dockerignore',
      raw`**/core
**/core.*
`,
    ),
  ],
  leave:
    'Never. Find out what crashed first: the build went on although a program in it did not. The two lines of .dockerignore are for dumps of the checkout; leave out the first if a folder of yours is called `core`.',
}

const log: FindingPage = {
  told: 'Files of the finished image whose names end in `.log`, of more than 10 MB each. Not counted: what the base image has.',
  cost: 'Its size; packed, a tenth of it or less.',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
COPY build.sh /src/
RUN /src/build.sh > /var/log/build.log 2>&1
`),
  ],
  after: [
    dockerfile(raw`FROM debian:trixie-slim
COPY build.sh /src/
RUN /src/build.sh
`),
  ],
  leave:
    "Where it is data, such as a sample for tests; another ending would say so. BuildKit's own log keeps what a RUN prints.",
}

const archives: FindingPage = {
  told: `Files \`*.a\` of the finished image, for each line that put 10 MB or more of them there. ${hintFloor} Not counted: what the base image has.`,
  cost: 'Their size: a program that is linked needs them no more.',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
COPY build/lib /usr/local/lib
RUN ldconfig
`),
  ],
  after: [
    named('.dockerignore', 'build/lib/**/*.a\n'),
    dockerfile(raw`FROM debian:trixie-slim
COPY build/lib /usr/local/lib
RUN ldconfig
`),
  ],
  leave:
    'An image that compiles for others, and a stage that does: what .dockerignore names, none of them gets.',
}

export const filePages: FindingPages = {
  'model-file': model,
  'lfs-pointer': pointer,
  'core-dump': core,
  'log-file': log,
  'static-libraries': archives,
}
