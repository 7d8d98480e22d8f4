import { neverNeeded, tellCache } from './caches-system.ts'
import { dockerfile, type FindingPage, type FindingPages } from './page.ts'

const { raw } = String

const pip: FindingPage = {
  told: tellCache('each `.cache/pip`, such as `/root/.cache/pip`'),
  cost: 'About what pip downloaded: the packed size of all wheels. Seen: 300 MB of a 2 GB image (flexmeasures#512).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install -r requirements.txt
`),
  ],
  leave: `${neverNeeded} \`pip install --no-cache-dir\` leaves it out, too, but downloads all again when the list changes.`,
}

const uv: FindingPage = {
  told: tellCache(
    'each `.cache/uv`',
    'uv links files from its cache into the environment where it can; such files have a name elsewhere, so they cost nothing and are not counted. Where uv copies (`UV_LINK_MODE=copy`, or an environment on another file system), all of it is. Of a cache with a `pyvenv.cfg` in it nothing is told: `uvx` runs from such an environment.',
  ),
  cost: 'As much as all that is installed. Seen: 4 GB (maxtext#3344).',
  before: [
    dockerfile(raw`FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
ENV UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
`),
  ],
  after: [
    dockerfile(raw`FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
ENV UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-install-project
`),
  ],
  leave: neverNeeded,
}

const poetry: FindingPage = {
  told: tellCache(
    'each `.cache/pypoetry/cache` and `.cache/pypoetry/artifacts`',
    '`.cache/pypoetry/virtualenvs` beside them is no cache and is left alone: Poetry installs there.',
  ),
  cost: 'The packed size of all that is installed. Seen: 1.3 GB (NatLibFi/Annif#622).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --only main
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts \
    poetry install --no-root --only main
`),
  ],
  leave: `${neverNeeded} Do not mount all of \`/root/.cache\` instead: the program's environment would be gone with it, unless \`POETRY_VIRTUALENVS_IN_PROJECT=true\` puts it into the project.`,
}

const conda: FindingPage = {
  told: tellCache(
    'each folder `pkgs` of a conda, miniconda, anaconda, miniforge, mambaforge, mamba or micromamba that has their list (`urls.txt`) or a package in it',
    'conda links what it unpacked into the environment; such files are not counted. The archives are, and all that was not linked.',
  ),
  cost: 'Seen: 2 to 7 GB (gpuci-build-environment#162).',
  before: [
    dockerfile(raw`FROM condaforge/miniforge3
RUN conda install --yes numpy pandas
`),
  ],
  after: [
    dockerfile(raw`FROM condaforge/miniforge3
RUN conda install --yes numpy pandas && conda clean --all --yes
`),
  ],
  leave: neverNeeded,
}

export const pythonCachePages: FindingPages = {
  'cache-pip': pip,
  'cache-uv': uv,
  'cache-poetry': poetry,
  'cache-conda': conda,
}
