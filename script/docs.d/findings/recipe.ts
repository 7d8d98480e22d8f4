import { dockerfile, type FindingPage, type FindingPages } from './page.ts'

const { raw } = String

const packages =
  "Packages that a line added to dpkg's or apk's database, that are still installed at the end, and whose names say that they are there to build: `build-essential`, `build-base`, `dpkg-dev`, `gcc`, `g++`, `cpp`, `clang`, `llvm`, `gfortran`, `make`, `cmake`, `binutils`, `rustc`, `cargo`, `golang`, also with a version behind it, and all that end in `-dev`. Their sizes are those of the database; it is told from 10 MB for a line on. What the base brought is not counted."

const tools: FindingPage = {
  told: `${packages} This rule is for Dockerfiles of several stages, and for images without a Dockerfile; of a single stage, [\`single-stage\`](single-stage.md) tells.`,
  cost: 'Hundreds of MB, and most of what scanners report. Seen: 0.5 GB (lambgeo/docker-lambda#55).',
  before: [
    dockerfile(raw`FROM node:24-slim AS assets
COPY web /web
RUN cd /web && npm ci && npm run build

FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libpq-dev \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir psycopg2
COPY --from=assets /web/dist /srv/static
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim AS assets
COPY web /web
RUN cd /web && npm ci && npm run build

FROM python:3.12 AS wheels
RUN pip wheel --wheel-dir=/wheels psycopg2

FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels psycopg2
COPY --from=assets /web/dist /srv/static
`),
  ],
  leave: 'Where the program compiles while it runs, as Triton does for GPUs.',
}

const stage: FindingPage = {
  told: `${packages} This rule is for Dockerfiles with one stage; of several, [\`build-tools\`](build-tools.md) tells.`,
  cost: 'Hundreds of MB, and most of what scanners report. Seen: 2.82 GB down to 0.67 (janitor-team/janitor#1323).',
  before: [
    dockerfile(raw`FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN make -C /src && cp /src/server /usr/local/bin/
`),
  ],
  after: [
    dockerfile(raw`FROM debian:trixie-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN make -C /src

FROM debian:trixie-slim
COPY --from=build /src/server /usr/local/bin/
`),
  ],
  leave:
    'Where the program compiles while it runs. A program that is linked dynamically needs the libraries of the build again, without `-dev`: `ldd` lists them.',
}

const base: FindingPage = {
  told: 'What the last stage begins with, followed through stages that begin with another: an image that is called `rust`, `golang`, `maven`, `gradle` or `gcc` and nothing more (behind a registry and `library/`), or a tag with the word `devel`, as in `12.4.1-devel-ubuntu22.04`. It has no bytes, as nobody knows what would take its place.',
  cost: 'The difference of the two bases: about a gigabyte for Go and Rust, several GB for the `-devel` images of CUDA.',
  before: [
    dockerfile(raw`FROM golang:1.24
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .
CMD ["/server"]
`),
  ],
  after: [
    dockerfile(raw`FROM golang:1.24 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian12
COPY --from=build /server /server
CMD ["/server"]
`),
  ],
  leave: 'Where the program compiles while it runs, or the image is there to build others.',
}

const python: FindingPage = {
  told: 'What the last stage begins with, followed through stages that begin with another: the image `python` with the tag `latest`, without a tag, or with a version, also with one word behind it, as in `3.12-bookworm`. Not told: `slim`, `alpine` and `windows`. It is a question, and has no bytes.',
  cost: 'About 0.9 GB: compilers, headers, Mercurial, ImageMagick.',
  before: [
    dockerfile(raw`FROM python:3.12
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12 AS wheels
COPY requirements.txt .
RUN pip wheel --wheel-dir=/wheels -r requirements.txt

FROM python:3.12-slim
COPY requirements.txt .
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels -r requirements.txt
`),
  ],
  leave:
    'Where the program runs a compiler, `git` or another program of the large image. If all distributions have wheels, the stage `wheels` is not needed.',
}

export const recipePages: FindingPages = {
  'build-tools': tools,
  'single-stage': stage,
  'build-base': base,
  'full-python-base': python,
}
