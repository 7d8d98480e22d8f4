import { dockerfile, type FindingPage, type FindingPages, named } from './page.ts'

const { raw } = String

const git: FindingPage = {
  told: 'Folders `.git` of the finished image with a file `HEAD` in them, for each line that put 100 kB or more there. A submodule, whose `.git` is a file, has none. Not counted: what the base image has.',
  cost: 'All versions of all files. Seen: 87 of 346 MB (juice-shop#387). Each commit changes it, so the layer of `COPY . .` is never the same twice; and `.git/config` may hold a token, which is [`credentials`](credentials.md).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
`),
  ],
  after: [
    named('.dockerignore', '.git\n'),
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
`),
  ],
  leave:
    'Where the program, or its build, reads its own version from it. A build argument is smaller: `--build-arg VERSION="$(git describe)"`.',
}

const environment: FindingPage = {
  told: 'Folders of the finished image with a file `pyvenv.cfg` in them that a `COPY` or `ADD` took from the build context, of 1 MB or more. One that a RUN made, or a `COPY --from=` took from another stage, is fine.',
  cost: 'The transfer of the folder with each build, and an environment that may not work: its scripts begin with a path of your machine, and its compiled modules are for it.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY . .
CMD [".venv/bin/python", "main.py"]
`),
  ],
  after: [
    named('.dockerignore', '**/.venv\n'),
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
COPY . .
CMD ["python", "main.py"]
`),
  ],
  leave:
    'Hardly ever: only where the same image made the environment, at the same path, in an earlier step.',
}

export const checkoutPages: FindingPages = { 'git-folder': git, 'virtual-environment': environment }
