import { dockerfile, type FindingPage, type FindingPages, hintFloor } from './page.ts'

const { raw } = String

const bytecode: FindingPage = {
  told: `Folders \`__pycache__\` of the finished image, for each line that put 10 MB or more there. ${hintFloor} Not counted: what the base image has.`,
  cost: 'About as much as the sources. Seen: 30 MB in a base image (docker-library/python#615).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir --no-compile -r requirements.txt
`),
  ],
  leave:
    'Where a start must be quick: without bytecode, Python compiles each module at every start of a container.',
}

const tests: FindingPage = {
  told: `Folders \`test\`, \`tests\` and \`__tests__\`, at any depth below \`site-packages\`, \`dist-packages\` or \`node_modules\`, for each line that put 10 MB or more there. ${hintFloor} Not counted: what the base image has. Your own tests are elsewhere and never told of.`,
  cost: 'Tens of MB with large scientific packages.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir pandas
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir pandas \
    && rm -r /usr/local/lib/python3*/site-packages/pandas/tests
`),
  ],
  leave:
    "Where a package imports its own tests: run the program's tests in the image afterwards. Removing them in a later RUN saves nothing: that is [`deleted-later`](deleted-later.md).",
}

/** For what dpkg can leave out as it installs. */
const exclude = (paths: string, install: string): FindingPage['after'] => [
  dockerfile(raw`FROM debian:trixie
RUN printf 'path-exclude=%s\n' ${paths} > /etc/dpkg/dpkg.cfg.d/lean \
    && apt-get update && apt-get install --yes --no-install-recommends ${install} \
    && rm -rf /var/lib/apt/lists/*
`),
]

const documentation: FindingPage = {
  told: `Files of the finished image in \`/usr/share\` and \`/usr/local/share\`, there in \`doc\`, \`man\` and \`info\`, for each line that put 10 MB or more there. ${hintFloor} Not counted: what the base image has.`,
  cost: 'Tens of MB in an image of many packages. `debian:…-slim` leaves these folders out from the beginning.',
  before: [
    dockerfile(raw`FROM debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends texlive \
    && rm -rf /var/lib/apt/lists/*
`),
  ],
  after: exclude("'/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*'", 'texlive'),
  leave:
    "Where people work in the image; and licences: Debian keeps each package's in `/usr/share/doc/PACKAGE/copyright`. Whoever passes the image on may have to keep them: `path-include=/usr/share/doc/*/copyright` behind the other lines.",
}

const locales: FindingPage = {
  told: `Files of the finished image in \`/usr/share\` and \`/usr/local/share\`, there in \`locale\` and \`i18n\`, for each line that put 10 MB or more there. ${hintFloor} Not counted: what the base image has.`,
  cost: 'Tens of MB for messages in languages that no log of yours is in. `debian:…-slim` leaves out `/usr/share/locale` from the beginning.',
  before: [
    dockerfile(raw`FROM debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends libreoffice-calc \
    && rm -rf /var/lib/apt/lists/*
`),
  ],
  after: exclude("'/usr/share/locale/*' '/usr/share/i18n/*'", 'libreoffice-calc'),
  leave:
    'Where the program speaks to people in several languages by these files, or runs `localedef` or `locale-gen`, which read `/usr/share/i18n`.',
}

export const hintPages: FindingPages = { bytecode, tests, documentation, locales }
