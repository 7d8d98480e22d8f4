import { dockerfile, type FindingPage, type FindingPages } from './page.ts'

const { raw } = String

/**
 * How a rule about a cache tells it.
 *
 * @param folders in Markdown
 * @param more a sentence
 */
export const tellCache = (folders: string, more = ''): string =>
  [
    `Files of the finished image in ${folders}, for each line of your Dockerfile that put 1 MB or more there.`,
    more,
    'Not counted: what the base image has, and files that have another name outside of the folder. What a later line deleted is [`deleted-later`](deleted-later.md).',
    'If the line mounts a cache and the files are in the image all the same, the finding says so: another `USER` or `HOME` has another cache folder.',
  ]
    .filter(Boolean)
    .join(' ')

export const neverNeeded =
  'Hardly ever: no program reads it while it runs. An image in which people install more, such as a development container, may want it.'

const apt: FindingPage = {
  told: tellCache('`/var/lib/apt/lists` and `/var/cache/apt`'),
  cost: 'Usually 18 to 40 MB for each line that runs `apt-get update`.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/*
`),
  ],
  leave: neverNeeded,
}

const apk: FindingPage = {
  told: tellCache('`/var/cache/apk`'),
  cost: "The index of Alpine's packages, some MB; with a cache of packages, each of them a second time.",
  before: [
    dockerfile(raw`FROM alpine:3.22
RUN apk update && apk add git
`),
  ],
  after: [
    dockerfile(raw`FROM alpine:3.22
RUN apk add --no-cache git
`),
  ],
  leave: neverNeeded,
}

const dnf: FindingPage = {
  told: tellCache('`/var/cache/dnf`, `/var/cache/yum` and `/var/cache/libdnf5`'),
  cost: 'The metadata of all repositories that dnf knows: tens of MB for each line that installs.',
  before: [
    dockerfile(raw`FROM fedora:42
RUN dnf install --assumeyes git
`),
  ],
  after: [
    dockerfile(raw`FROM fedora:42
RUN dnf install --assumeyes git && dnf clean all && rm -rf /var/cache/dnf /var/cache/libdnf5
`),
  ],
  leave: neverNeeded,
}

/** What the images of languages have, and Debian's own has not. */
const certificates = raw`RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*`

const libraries =
  'The last stage needs what the program is linked to while it runs, such as `libssl3t64`: `ldd` lists it.'

const go: FindingPage = {
  told: tellCache(
    'each `.cache/go-build` (what the compiler made) and `go/pkg/mod` (sources of modules; with `cache/download` in it)',
  ),
  cost: 'Seen: 2.4 GB of `go-build` (coreos-assembler#2872), 0.8 GB of modules (gitpod-io/workspace-images#1146).',
  before: [
    dockerfile(raw`FROM golang:1.24
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/server .
`),
  ],
  after: [
    dockerfile(raw`FROM golang:1.24 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    go build -o /server .

FROM debian:trixie-slim
${certificates}
COPY --from=build /server /usr/local/bin/server
`),
  ],
  leave: `An image that compiles Go while it runs, without a network, needs its modules. ${libraries}`,
}

const cargo: FindingPage = {
  told: tellCache(
    'each `.cargo/registry` and `cargo/registry`: the index, archives and sources of crates',
  ),
  cost: 'Hundreds of MB for a program of some size. Seen with its tool chain: 1 GB (getsentry/snuba#7516). What Cargo builds in `target/` is another folder, which this rule does not know: a stage of its own leaves out both.',
  before: [
    dockerfile(raw`FROM rust:1.85
WORKDIR /src
COPY . .
RUN cargo install --locked --path . --root /usr/local
`),
  ],
  after: [
    dockerfile(raw`FROM rust:1.85 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo install --locked --path . --root /out

FROM debian:trixie-slim
${certificates}
COPY --from=build /out/bin/ /usr/local/bin/
`),
  ],
  leave: `An image that compiles Rust while it runs, without a network, needs its crates. ${libraries}`,
}

export const systemCachePages: FindingPages = {
  'cache-apt': apt,
  'cache-apk': apk,
  'cache-dnf': dnf,
  'cache-go': go,
  'cache-cargo': cargo,
}
