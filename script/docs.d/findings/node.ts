import { neverNeeded, tellCache } from './caches-system.ts'
import { dockerfile, type FindingPage, type FindingPages, hintFloor, named } from './page.ts'

const { raw } = String

const npm: FindingPage = {
  told: tellCache('each `.npm/_cacache`'),
  cost: 'The packed size of all packages. Seen: 12 MB of a small program (pulsar-admin-console#20); hundreds with large ones.',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev
`),
  ],
  leave: neverNeeded,
}

const yarn: FindingPage = {
  told: tellCache(
    'each `.cache/yarn`, `.yarn/cache` and `.yarn/berry/cache`',
    "If the image has a `.pnp.cjs` or `.pnp.js` anywhere, nothing is told: with Plug'n'Play, programs load their packages out of that cache.",
  ),
  cost: 'Each package a second time. Seen: 199 of 388 MB (pinafore#1073).',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile --production
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json yarn.lock ./
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn \
    yarn install --frozen-lockfile --production
`),
  ],
  leave: neverNeeded,
}

const pnpm: FindingPage = {
  told: tellCache(
    'each `.pnpm-store`, `.local/share/pnpm/store` and `.cache/pnpm`',
    'pnpm links files from its store into `node_modules`; while they are there, such files cost nothing and are not counted. What `pnpm prune` took out of `node_modules` stays in the store. Of a store with something in `v*/links` nothing is told, as `node_modules` there are links into it: those of global packages from pnpm 11 on, and all with `enableGlobalVirtualStore`. Mount no cache over such a store either.',
  ),
  cost: 'All that was pruned, or, where pnpm had to copy, each package a second time.',
  before: [
    dockerfile(raw`FROM node:24-slim
RUN npm install --global pnpm && npm cache clean --force
WORKDIR /app
COPY package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile && pnpm prune --prod
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim
RUN npm install --global pnpm && npm cache clean --force
WORKDIR /app
COPY package.json pnpm-lock.yaml ./
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm install --frozen-lockfile --prod --store-dir /root/.local/share/pnpm/store
`),
  ],
  leave: neverNeeded,
}

const modulesCache: FindingPage = {
  told: 'Files of the finished image in a folder `node_modules/.cache`, for each line of your Dockerfile that put 1 MB or more there, by a build or by a `COPY` of the context. Not counted: what the base image has.',
  cost: 'Babel, webpack, ESLint and others keep what they compiled there: as much as the program itself, often more.',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN --mount=type=cache,target=/app/node_modules/.cache npm run build
`),
    named('.dockerignore', '**/node_modules\n'),
  ],
  leave:
    'Hardly ever: a tool that finds it gone makes it again. It belongs to the next build, and a mounted cache is there for that.',
}

const modulesCopied: FindingPage = {
  told: `Folders \`node_modules\` of the finished image that a \`COPY\` or \`ADD\` took from the build context. ${hintFloor} What a RUN installed, or a \`COPY --from=\` took from another stage, is not counted.`,
  cost: 'The transfer of the folder with each build. What it has was made for the machine it was installed on: native modules of macOS do not load in the image, and packages for development come with it.',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
`),
  ],
  after: [
    named('.dockerignore', '**/node_modules\n'),
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY . .
CMD ["node", "server.js"]
`),
  ],
  leave:
    'Where an earlier step of the job installs for the same system and architecture on purpose, for example because only that has the login of a registry. A [secret](../secrets.md) would do without.',
}

const development: FindingPage = {
  told: 'npm (7 or newer) writes into `node_modules/.package-lock.json` which packages only development needs (`"dev": true`). Slipway counts the files of those that are in the finished image, for each line that put 1 MB or more there. Not counted: what the base image has, and files with another name elsewhere. Yarn and pnpm write no such list, so the rule says nothing of theirs.',
  cost: 'Compilers, test runners and linters: often more than what the program needs, and more for scanners to report.',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build
CMD ["node", "dist/server.js"]
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
CMD ["node", "dist/server.js"]
`),
  ],
  leave: 'An image whose job is to build or to test, such as that of an end-to-end suite.',
}

export const nodePages: FindingPages = {
  'cache-npm': npm,
  'cache-yarn': yarn,
  'cache-pnpm': pnpm,
  'node-modules-cache': modulesCache,
  'node-modules-copied': modulesCopied,
  'node-dev-packages': development,
}
