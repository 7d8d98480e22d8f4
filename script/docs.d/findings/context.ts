import { dockerfile, type FindingPage, type FindingPages, named } from './page.ts'

const { raw } = String

const context: FindingPage = {
  told: 'BuildKit says how much it was sent: only what `COPY`, `ADD` and bind mounts name. From 100 MB on, Slipway looks for parts of 1 MB or more that no image needs: `.git`; `node_modules` and virtual environments, if the Dockerfile installs them itself; folders that tools make, such as `__pycache__`, `.cache`, `.tox`, `.gradle`, or that have a `CACHEDIR.TAG`. A folder that a line names is never one. Each line for .dockerignore is tried first: it leaves out that folder and no other file. If there is none of these, the finding says which folders are largest.',
  cost: 'Reading and sending all of it, in each build on a fresh machine; on every machine, a check of all its files.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
`),
  ],
  after: [
    named(
      '.dockerignore',
      raw`.git
**/node_modules
**/__pycache__
data
`,
    ),
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
`),
  ],
  leave:
    'Where the image needs all of it. `COPY app /app` in place of `COPY . .` sends only that folder, whatever lies beside it.',
}

const early: FindingPage = {
  told: 'In one stage, a `COPY` or `ADD` of all of the context (`.` or `..`), and after it a RUN that installs what a list says: `pip install -r`, `uv pip sync`, `uv sync --no-install-project`, `poetry install --no-root`, `npm ci`, `npm install` and `pnpm install` without names, `yarn install`, `bundle install`, `composer install`, `go mod download`, `cargo fetch`. Those that also install the program itself, as `pip install .`, are none. All stages are looked at. If this build ran the line and it was one of the slowest, the finding says how long it took.',
  cost: 'The whole installation, each time that any file of the context changes: minutes for a word in the README.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
`),
  ],
  leave:
    'Where the installation reads other files of the context, as `-e ./libs/common` in a list or a workspace of npm. Then copy their `package.json` or folder first, too.',
}

const link: FindingPage = {
  told: 'Only for a builder that fetches layers when a step needs them, as with [`build-cache`](../caches.md). A `COPY` or `ADD` without `--link`, to a path that begins with `/`, at the end of the last stage, with no RUN after it, if there are 100 MB or more in the layers below. `--parents` is left alone. The time is those bytes at 100 MB/s. It has no bytes of its own.',
  cost: 'A cold builder fetches and unpacks all layers below, to write a layer that does not depend on them.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app /app
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --link app /app
`),
  ],
  leave:
    'Where the destination, or a folder on the way to it, is a symbolic link of a lower layer: `--link` does not follow it. With `--link`, `--chown` takes numbers only, as names are in a lower layer.',
}

export const contextPages: FindingPages = {
  'large-context': context,
  'copied-before-install': early,
  'copied-without-link': link,
}
